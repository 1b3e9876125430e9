"""What reads the text of a page: the names that are stored, and that the API shows."""

from __future__ import annotations

import enum

from documents.engines.plug_ins import find_plug_ins


class EngineName(str, enum.Enum):
    """The product's own. Other packages may bring more (documents/engines/plug_ins.py)."""

    TEXT_LAYER = "text-layer"
    TESSERACT = "tesseract"
    PADDLEOCR_VL = "paddleocr-vl"

    __str__ = str.__str__


#: The value of OCRSITE_ENGINE that leaves the choice to the product.
AUTO = "auto"

#: Engines that installed packages bring, as they were when the process started.
PLUG_INS = find_plug_ins(reserved=(AUTO, *(engine.value for engine in EngineName)))

#: The engines that a person may request. (A text layer is requested with the OCR mode.)
OCR_ENGINES: tuple[str, ...] = (
    EngineName.TESSERACT.value,
    EngineName.PADDLEOCR_VL.value,
    *PLUG_INS.engines,
)

#: The engines that a page may have been read by.
KNOWN_ENGINES: tuple[str, ...] = (EngineName.TEXT_LAYER.value, *OCR_ENGINES)
