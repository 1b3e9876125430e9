"""The site's settings, with PaddleOCR-VL on the processor: for small models only."""

from ocrsite.settings import *  # noqa: F403

OCRSITE_PADDLE_DEVICE = "cpu"
