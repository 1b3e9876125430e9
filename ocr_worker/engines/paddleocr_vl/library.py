"""The installed paddleocr: is it there, which version, and a pipeline built as it requires."""

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

#: Before 3.4 there is one version of the pipeline, and no argument to select it.
_ONLY_VERSION = ("v1",)
_VERSIONS = ("v1.6", "v1.5", "v1")


@dataclass(frozen=True)
class PaddleLibrary:
    """`version`: paddleocr's. `pipeline_versions`: the versions that its pipeline supports."""

    version: str
    pipeline_versions: tuple[str, ...]
    pipeline_class: Any
    paddle: Any

    def build(self, models: ModelSet, *, device: str) -> Any:
        """Build a pipeline on `device` ("gpu:0", "cpu"); takes 40 to 90 s with real models."""
        wanted: dict[str, Any] = {
            "pipeline_version": models.version,
            "layout_detection_model_name": models.layout_name,
            "layout_detection_model_dir": str(models.layout),
            "vl_rec_model_name": models.language_name,
            "vl_rec_model_dir": str(models.language),
            # Pages are rotated upright before; photos of curled pages are rare among scans.
            "use_doc_orientation_classify": False,
            "use_doc_unwarping": False,
            "use_chart_recognition": False,
            # The first model has not learned to read stamps.
            "use_seal_recognition": models.version != "v1",
            # With queues, errors lose their type, and stopping a page takes seconds.
            "use_queues": False,
        }
        known = inspect.signature(self.pipeline_class).parameters
        return self.pipeline_class(
            device=device, **{name: value for name, value in wanted.items() if name in known}
        )


def known_versions() -> tuple[str, ...]:
    """All versions of the pipeline in any supported paddleocr, the newest first."""
    return _VERSIONS


def is_installed() -> bool:
    """Whether both packages are installed; imports nothing."""
    return all(importlib.util.find_spec(name) is not None for name in ("paddleocr", "paddle"))


def import_library() -> PaddleLibrary:
    """Import the library (3 to 7 s), after `library_setup.prepare_process`.

    Raises EngineUnavailable where it is missing or can't be imported.
    """
    try:
        import paddle

        # On import Paddle replaces the handlers of SIGTERM and other signals, and would abort
        # without releasing a page. This resets them to the defaults; the worker installs its own
        # again (ocr_worker/process/base.py).
        paddle.disable_signal_handler()
        import paddleocr
        from paddleocr import PaddleOCRVL
    except ImportError as error:
        raise _unusable(error) from error
    except OSError as error:  # a CUDA library is missing, a directory can't be created
        raise _unusable(error) from error
    # Its message for every page ("model files already exist") helps no operator.
    logging.getLogger("paddlex").setLevel(logging.WARNING)
    return PaddleLibrary(
        paddleocr.__version__, _read_pipeline_versions(PaddleOCRVL), PaddleOCRVL, paddle
    )


def _unusable(error: Exception) -> EngineUnavailable:
    return EngineUnavailable(
        Message(
            "PaddleOCR-VL can’t be loaded ({problem}). Install paddleocr[doc-parser] and "
            "paddlepaddle-gpu, or use the gpu image.",
            problem=error,
        )
    )


def installed_versions() -> Mapping[str, str]:
    """The installed versions of the libraries, by package."""
    found = {}
    for name in ("paddleocr", "paddlex", "paddlepaddle", "paddlepaddle-gpu"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _read_pipeline_versions(pipeline_class: Any) -> tuple[str, ...]:
    if "pipeline_version" not in inspect.signature(pipeline_class).parameters:
        return _ONLY_VERSION
    module = inspect.getmodule(pipeline_class)
    return tuple(getattr(module, "_AVAILABLE_PIPELINE_VERSIONS", _VERSIONS))
