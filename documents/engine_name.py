"""What reads the text of a page: the names that are stored, and that the API shows."""

from __future__ import annotations

import enum


class EngineName(str, enum.Enum):
    TEXT_LAYER = "text-layer"
    TESSERACT = "tesseract"
    PADDLEOCR_VL = "paddleocr-vl"

    __str__ = str.__str__


#: The engines that a person may request. (A text layer is requested with the OCR mode.)
OCR_ENGINES = (EngineName.TESSERACT, EngineName.PADDLEOCR_VL)
