"""Where the data of Tesseract and PaddleOCR-VL may lie, according to the environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

#: The Python that has PyTorch in the GPU image (Dockerfile). Where it is absent, our own is tried.
VLM_PYTHON = Path("/opt/vlm/bin/python")
#: vLLM's program, where an administrator has installed it; else one beside our own Python is tried.
VLLM = Path("/opt/vllm/bin/vllm")
#: Where PaddleX keeps its cache below a home directory.
_PADDLE_CACHE = ".paddlex"
#: The home of the user of PaddleOCR-VL's image: a platform may run the image as another user.
_IMAGE_HOMES = ("/home/paddleocr", "/root")


@dataclass(frozen=True)
class LibraryPaths:
    """`tessdata_dir`: Tesseract's language data, None where TESSDATA_PREFIX is not set.
    `paddle_cache_home`: PaddleX's cache, None where PADDLE_PDX_CACHE_HOME is not set.
    `paddle_model_homes`: where PaddleOCR-VL's `official_models` may lie, the likeliest first."""

    tessdata_dir: Path | None
    paddle_cache_home: Path | None
    paddle_model_homes: tuple[Path, ...]


def find_library_paths(variables: Mapping[str, str]) -> LibraryPaths:
    """The paths that `variables` name; whether anything is there is not checked."""
    cache_home = _parse_path(variables, "PADDLE_PDX_CACHE_HOME")
    homes = [variables.get("HOME", "").strip(), *_IMAGE_HOMES]
    places = [cache_home] if cache_home else []
    places += [Path(home) / _PADDLE_CACHE for home in homes if home]
    return LibraryPaths(
        tessdata_dir=_parse_path(variables, "TESSDATA_PREFIX"),
        paddle_cache_home=cache_home,
        paddle_model_homes=tuple(dict.fromkeys(places)),
    )


def _parse_path(variables: Mapping[str, str], name: str) -> Path | None:
    text = variables.get(name, "").strip()
    return Path(text).expanduser() if text else None
