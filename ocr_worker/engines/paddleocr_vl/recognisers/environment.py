"""Where what recognises many blocks at once is installed."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from django.conf import settings

from documents.errors import EngineUnavailable
from documents.messages import Message

#: What the environment must have; looked for without importing it.
_PACKAGES = ("torch", "transformers", "sentencepiece")


def require_python() -> Path:
    """The interpreter that has PyTorch: the image's, or this one where `.[vlm]` is installed.

    Raises EngineUnavailable where there is none.
    """
    if sys.platform != "linux":
        raise EngineUnavailable(Message("The batched recogniser needs Linux."))
    if settings.OCRSITE_VLM_PYTHON.exists():
        return Path(settings.OCRSITE_VLM_PYTHON)
    if all(importlib.util.find_spec(name) is not None for name in _PACKAGES):
        return Path(sys.executable)
    raise EngineUnavailable(
        Message(
            "PyTorch is not installed. Install .[vlm], or use the gpu image, so that many blocks "
            "are recognised at once."
        )
    )


def find_vllm() -> Path | None:
    """vLLM's program: in an environment of its own, or beside this interpreter."""
    for program in (Path(settings.OCRSITE_VLLM), Path(sys.executable).with_name("vllm")):
        if os.access(program, os.X_OK):
            return program
    return None
