"""Find Tesseract's language data on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from django.conf import settings

from documents.errors import EngineUnavailable
from documents.messages import Message
from documents.text.language_codes import TESSERACT_CODES

#: Directories of Debian, Fedora, Arch, Homebrew and MacPorts, searched after the one that
#: TESSDATA_PREFIX names; the newest Tesseract first.
DIRECTORY_PATTERNS = (
    "/usr/share/tesseract-ocr/*/tessdata",
    "/usr/share/tesseract*/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/usr/local/share/tesseract*/tessdata",
    "/opt/homebrew/share/tessdata",
    "/home/linuxbrew/.linuxbrew/share/tessdata",
    "/opt/local/share/tessdata",
)


def find_data_directory(languages: list[str]) -> Path:
    """Find the directory with the data of all `languages` and of orientation ("osd").

    Raises EngineUnavailable, which names what is missing and how to install it.
    """
    wanted = [*languages, "osd"]
    fullest, missing = None, wanted
    for directory in _list_directories():
        lacking = [name for name in wanted if not (directory / f"{name}.traineddata").is_file()]
        if not lacking:
            return directory
        if fullest is None or len(lacking) < len(missing):
            fullest, missing = directory, lacking
    names, advice = ", ".join(missing), _install_advice(missing)
    if fullest is None:
        message = Message(
            "Tesseract’s language data ({names}) is not on this machine. Install it: {advice}",
            names=names,
            advice=advice,
        )
    else:
        message = Message(
            "Tesseract’s language data ({names}) is not in {directory}. Install it: {advice}",
            names=names,
            directory=fullest,
            advice=advice,
        )
    raise EngineUnavailable(message)


def is_installed(directory: str, code: str) -> bool:
    """Whether the data of a language (Tesseract's name) is in the directory."""
    return os.path.isfile(os.path.join(directory, f"{code}.traineddata"))


def tesseract_code(language: str) -> str | None:
    """Tesseract's name of an ISO 639-1 language; None for one that is not in the table."""
    return TESSERACT_CODES.get(language.lower().partition("-")[0])


def _list_directories() -> list[Path]:
    given: Path | None = settings.OCRSITE_TESSDATA_DIR
    found = [given] if given else []
    for pattern in DIRECTORY_PATTERNS:
        found += sorted(Path("/").glob(pattern.lstrip("/")), reverse=True)
    executable = shutil.which("tesseract")
    if executable:
        prefix = Path(executable).resolve().parent.parent
        found += [prefix / "share" / "tessdata", prefix / "share" / "tesseract" / "tessdata"]
    return [directory for directory in found if directory.is_dir()]


def _install_advice(missing: list[str]) -> str:
    """The commands that install the data."""
    """The commands that install the data."""
    if sys.platform == "darwin":
        return "brew install tesseract tesseract-lang"
    debian = " ".join(f"tesseract-ocr-{name}" for name in missing)
    fedora = " ".join("tesseract" if n == "osd" else f"tesseract-langpack-{n}" for n in missing)
    return f"apt-get install {debian} (Debian), dnf install {fedora} (Fedora)."
