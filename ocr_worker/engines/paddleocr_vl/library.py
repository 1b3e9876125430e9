"""The installed paddleocr: is it there, which version, and a pipeline built as it understands."""

from __future__ import annotations

import importlib.util
import inspect
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from documents.errors import EngineUnavailable
from documents.messages import Message

from .models import ModelSet

#: The line before 3.4 knows one version of the pipeline, and no argument to say so.
_ONLY_VERSION = ("v1",)
_VERSIONS = ("v1.6", "v1.5", "v1")


@dataclass(frozen=True)
class PaddleLibrary:
    """`version`: paddleocr's. `pipeline_versions`: those that its pipeline can be."""

    version: str
    pipeline_versions: tuple[str, ...]
    pipeline_class: Any
    paddle: Any

    def build(self, models: ModelSet, *, device: str) -> Any:
        """A pipeline of `models` on `device` ("gpu:0", "cpu"): 40 to 90 s, with the real ones."""
        wanted: dict[str, Any] = {
            "pipeline_version": models.version,
            "layout_detection_model_name": models.layout_name,
            "layout_detection_model_dir": str(models.layout),
            "vl_rec_model_name": models.language_name,
            "vl_rec_model_dir": str(models.language),
            # We turn pages upright ourselves, and photos of curled pages are rare among scans.
            "use_doc_orientation_classify": False,
            "use_doc_unwarping": False,
            "use_chart_recognition": False,
            # With queues errors lose their type, and abandoning a page takes seconds.
            "use_queues": False,
        }
        known = inspect.signature(self.pipeline_class).parameters
        return self.pipeline_class(
            device=device, **{name: value for name, value in wanted.items() if name in known}
        )


def known_versions() -> tuple[str, ...]:
    """Every version of the pipeline that some paddleocr has, the newest first."""
    return _VERSIONS


def is_installed() -> bool:
    """Whether both packages are there; looks only, imports nothing."""
    return all(importlib.util.find_spec(name) is not None for name in ("paddleocr", "paddle"))


def import_library() -> PaddleLibrary:
    """Import the library: 3 to 7 s. `library_setup.prepare_process` comes first.

    Raises EngineUnavailable where it is missing or can't be imported.
    """
    try:
        import paddle

        # Paddle takes SIGTERM and others over when it is imported, and would abort instead of
        # giving a page back. After this they are as for a new process: whoever had a handler sets
        # it again (ocr_worker/process/base.py).
        paddle.disable_signal_handler()
        import paddleocr
        from paddleocr import PaddleOCRVL
    except ImportError as error:
        raise _unusable(error) from error
    except OSError as error:  # a library of CUDA's that is missing, a directory that can't be made
        raise _unusable(error) from error
    # What it remarks on every page ("model files already exist") helps no operator.
    logging.getLogger("paddlex").setLevel(logging.WARNING)
    return PaddleLibrary(paddleocr.__version__, _versions_of(PaddleOCRVL), PaddleOCRVL, paddle)


def _unusable(error: Exception) -> EngineUnavailable:
    return EngineUnavailable(
        Message(
            "PaddleOCR-VL can’t be loaded ({problem}). Install paddleocr[doc-parser] and "
            "paddlepaddle-gpu, or use the gpu image.",
            problem=error,
        )
    )


def versions() -> Mapping[str, str]:
    """What is installed of the libraries, by package."""
    found = {}
    for name in ("paddleocr", "paddlex", "paddlepaddle", "paddlepaddle-gpu"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _versions_of(pipeline_class: Any) -> tuple[str, ...]:
    if "pipeline_version" not in inspect.signature(pipeline_class).parameters:
        return _ONLY_VERSION
    module = inspect.getmodule(pipeline_class)
    return tuple(getattr(module, "_AVAILABLE_PIPELINE_VERSIONS", _VERSIONS))
