"""How many OCR workers a site has where OCRSITE_WORKERS does not say."""

from __future__ import annotations

from importlib.util import find_spec

from documents.engines.names import AUTO, EngineName
from ocrsite.environment.library_paths import VLLM, VLM_PYTHON
from ocrsite.environment.parse import Environment

#: One page is drawn or recorded while another is recognised.
USUAL = 2
#: A worker that has many pages in flight keeps a GPU busy. A second one would hold the same models
#: in the memory of the same GPU, and leave less of it for the batch of either.
ON_A_GPU = 1


def count_readers(settings: Environment) -> int:
    """The number that the variable gives, or the one that fits the engine that is likely."""
    if settings.workers is not None:
        return settings.workers
    return ON_A_GPU if _has_many_pages_in_flight(settings) else USUAL


def _has_many_pages_in_flight(settings: Environment) -> bool:
    """Whether PaddleOCR-VL is likely to be the engine, with a recogniser that takes blocks of many
    pages; by what can be looked up, nothing is loaded."""
    if settings.engine not in (AUTO, EngineName.PADDLEOCR_VL) or settings.recogniser == "native":
        return False
    if find_spec("paddleocr") is None:
        return False
    # Here, because most sites never come here, and the supervisor is to be small.
    from ocr_worker.engines.paddleocr_vl.recognisers.environment import find_python, find_vllm
    from ocr_worker.engines.paddleocr_vl.requirements import find_obstacle

    if find_obstacle(homes=settings.library_paths.paddle_model_homes) is not None:
        return False
    return find_python(VLM_PYTHON) is not None or find_vllm(VLLM) is not None
