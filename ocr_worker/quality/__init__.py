"""How far to trust a page's reading: repetition guard, second reader, flags for a reviewer."""

from .assess_layout import assess_layout
from .evidence import InkDetector
from .ink import make_ink_detector
from .repetition import cut_repetition

__all__ = ["InkDetector", "assess_layout", "cut_repetition", "make_ink_detector"]
