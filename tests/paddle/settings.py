"""The site's settings, with PaddleOCR-VL on the processor: for small models only."""

from ocrsite import BASE_DIR
from ocrsite.settings import *  # noqa: F403

OCRSITE_PADDLE_DEVICE = "cpu"
OCRSITE_VLM_PYTHON = BASE_DIR / ".venv-vlm" / "bin" / "python"
