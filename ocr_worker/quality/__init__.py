"""What to trust of a page's reading: loop guard, second reader, flags for a reviewer."""

from .evidence import Ink
from .examining import examined
from .ink import ink_on
from .repetition import without_repetition

__all__ = ["Ink", "examined", "ink_on", "without_repetition"]
