"""Find PaddleOCR-VL's models on this machine. Nothing is ever downloaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from documents.errors import EngineUnavailable
from documents.messages import Message

#: The directory of models below a home directory.
MODELS = "official_models"

#: By pipeline version, the best first: the layout model's directory; the language model's, and its
#: name.
_KNOWN = (
    ("v1.6", "PP-DocLayoutV3", "PaddleOCR-VL-1.6", "PaddleOCR-VL-1.6-0.9B"),
    ("v1.5", "PP-DocLayoutV3", "PaddleOCR-VL-1.5", "PaddleOCR-VL-1.5-0.9B"),
    ("v1", "PP-DocLayoutV2", "PaddleOCR-VL", "PaddleOCR-VL-0.9B"),
)
#: Files that a complete model has.
_LAYOUT_FILES = ("inference.yml", "inference.pdiparams")
_LANGUAGE_FILES = ("config.json", "model.safetensors")


@dataclass(frozen=True)
class ModelSet:
    """The models of one pipeline version: "v1", "v1.5" or "v1.6"."""

    version: str
    layout_name: str
    layout: Path
    language_name: str
    language: Path


def find_models(homes: Sequence[Path], versions: Iterable[str]) -> ModelSet:
    """Find the newest complete set of models of one of `versions` in any of `homes`.

    Raises EngineUnavailable, which names what was searched for and where.
    """
    wanted = set(versions)
    for version, layout, language, name in _KNOWN:
        if version not in wanted:
            continue
        for home in homes:
            directory = home / MODELS
            if _is_complete(directory / layout, _LAYOUT_FILES) and _is_complete(
                directory / language, _LANGUAGE_FILES
            ):
                return ModelSet(version, layout, directory / layout, name, directory / language)
    names = " or ".join(
        f"{layout} with {language}" for version, layout, language, _ in _KNOWN if version in wanted
    )
    raise EngineUnavailable(
        Message(
            "PaddleOCR-VL’s models are not on this machine, or incomplete: looked for {names} in "
            "{models} below {directories}. Use an image that has them, or set "
            "PADDLE_PDX_CACHE_HOME to their place.",
            names=names,
            models=MODELS,
            directories=", ".join(map(str, homes)),
        )
    )


def _is_complete(directory: Path, files: tuple[str, ...]) -> bool:
    try:
        return all(_has_content(directory / name) for name in files)
    except OSError:
        return False


def _has_content(path: Path) -> bool:
    with path.open("rb") as file:
        return bool(file.read(1))
