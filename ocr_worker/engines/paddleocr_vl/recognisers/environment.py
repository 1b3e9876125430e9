"""Where what recognises many blocks at once is installed."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from django.conf import settings

from documents.errors import EngineUnavailable
from documents.messages import Message

_ROOT = Path(__file__).parents[4]

#: What the environment must have; looked for without importing it.
_PACKAGES = ("torch", "transformers", "sentencepiece")


def find_python(place: Path) -> Path | None:
    """`place` where it is there, or this interpreter, whichever has PyTorch."""
    if place.exists():
        return place
    if all(importlib.util.find_spec(name) is not None for name in _PACKAGES):
        return Path(sys.executable)
    return None


def require_python() -> Path:
    """The interpreter that has PyTorch: the image's, or this one where `.[vlm]` is installed.

    Raises EngineUnavailable where there is none.
    """
    if sys.platform != "linux":
        raise EngineUnavailable(Message("The batched recogniser needs Linux."))
    python = find_python(settings.OCRSITE_VLM_PYTHON)
    if python is not None:
        return python
    raise EngineUnavailable(
        Message(
            "PyTorch is not installed. Install .[vlm], or use the gpu image, so that many blocks "
            "are recognised at once."
        )
    )


def find_vllm(place: Path | None = None) -> Path | None:
    """vLLM's program: `place`, in an environment of its own (None: as the settings say), or beside
    this interpreter."""
    for program in (place or Path(settings.OCRSITE_VLLM), Path(sys.executable).with_name("vllm")):
        if os.access(program, os.X_OK):
            return program
    return None


def build_variables() -> dict[str, str]:
    """What the process of a recogniser needs: nothing of the archive's secrets, no proxy, no
    download."""
    return {
        **settings.OCRSITE_GPU_CHILD_ENVIRONMENT,
        "PYTHONPATH": str(_ROOT),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
    }
