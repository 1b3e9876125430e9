"""Where the batched recogniser's environment is."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from documents.errors import EngineUnavailable
from documents.messages import Message

#: In the GPU image (Dockerfile).
IMAGE_PYTHON = Path("/opt/vlm/bin/python")

#: What the environment must have; looked for without importing it.
_PACKAGES = ("torch", "transformers", "sentencepiece")


def require_python() -> Path:
    """The interpreter that has PyTorch: the image's, or this one where `.[vlm]` is installed.

    Raises EngineUnavailable where there is none.
    """
    if sys.platform != "linux":
        raise EngineUnavailable(Message("The batched recogniser needs Linux."))
    if IMAGE_PYTHON.exists():
        return IMAGE_PYTHON
    if all(importlib.util.find_spec(name) is not None for name in _PACKAGES):
        return Path(sys.executable)
    raise EngineUnavailable(
        Message(
            "PyTorch is not installed. Install .[vlm], or use the gpu image, so that many blocks "
            "are recognised at once."
        )
    )
