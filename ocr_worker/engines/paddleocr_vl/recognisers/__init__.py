"""What recognises the blocks that the pipeline has found: the library's own model, or another."""

from .base import BlockImage, Limits, Recognised, Recogniser
from .batched import BatchedRecogniser
from .choose import start_recogniser
from .errors import RecogniserLost, RecogniserOutOfMemory

__all__ = [
    "BatchedRecogniser",
    "BlockImage",
    "Limits",
    "Recognised",
    "Recogniser",
    "RecogniserLost",
    "RecogniserOutOfMemory",
    "start_recogniser",
]
