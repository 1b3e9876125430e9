"""How far to trust a page's reading: second reader, calibrated confidences,
flags for a reviewer."""

from .assess_layout import assess_layout
from .calibration import calibrate_layout, judge_layer, with_calibration
from .evidence import InkDetector
from .ink import make_ink_detector
from .mend_layout import mend_layout
from .model_confidences import Answer, add_model_confidences

__all__ = [
    "Answer",
    "InkDetector",
    "add_model_confidences",
    "assess_layout",
    "calibrate_layout",
    "judge_layer",
    "make_ink_detector",
    "mend_layout",
    "with_calibration",
]
