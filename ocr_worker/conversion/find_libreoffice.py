"""Where LibreOffice is installed, if it is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import lru_cache
from glob import glob
from pathlib import Path

#: Where distributions and LibreOffice's own packages put its programs.
_PLACES = (
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/opt/libreoffice*/program",
    "/usr/local/lib/libreoffice/program",
)

#: The library that has LibreOfficeKit, as distributions build it.
_LIBRARIES = ("libmergedlo.so", "libsofficeapp.so")

#: Without one of these, files of its kind can't be opened: each is a package of its own.
_MODULES = ("libswlo.so", "libsclo.so", "libsdlo.so")

#: What an administrator types.
INSTALL = (
    "sudo apt-get install --no-install-recommends libreoffice-writer-nogui "
    "libreoffice-calc-nogui libreoffice-impress-nogui fonts-liberation fonts-crosextra-carlito "
    "fonts-crosextra-caladea"
)


@lru_cache(maxsize=1)
def find_kit() -> Path | None:
    """The library with LibreOfficeKit; None where LibreOffice is not installed, or lacks Writer,
    Calc or Impress. Looked for once a process."""
    return look_for_kit(_PLACES) if sys.platform == "linux" else None


def look_for_kit(places: Sequence[str]) -> Path | None:
    """`find_kit` below `places`, patterns of directories."""
    for place in places:
        for directory in map(Path, sorted(glob(place), reverse=True)):
            if all((directory / name).exists() for name in _MODULES):
                for name in _LIBRARIES:
                    if (directory / name).exists():
                        return directory / name
    return None
