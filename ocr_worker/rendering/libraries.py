"""What has to be loaded before the jail closes, and what may be read afterwards.

Python and the libraries load many things only when they first need them. In the jail that would
fail, so each is loaded here. Runs only in the child process.
"""

from __future__ import annotations

import codecs

from .containers import load_containers

#: Where pdfium looks for the fonts that a PDF names and does not carry (its CFX_LinuxFontInfo), and
#: what qpdf draws its random numbers from when it decrypts.
READABLE = (
    "/dev/urandom",
    "/usr/share/fonts",
    "/usr/share/X11/fonts/Type1",
    "/usr/share/X11/fonts/TTF",
    "/usr/local/share/fonts",
)

#: In which Pillow and pikepdf decode the texts of files.
_CODECS = (
    "ascii",
    "latin-1",
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "cp1251",
    "cp866",
    "pdfdoc",
)


def load_libraries(*, archives: bool = False) -> None:
    """Load what importing `pages` has not. Takes some milliseconds."""
    from . import pages  # noqa: F401 - with it pdfium, Pillow, pi_heif and pikepdf
    from .pdf_substitutes import install_substitutes

    install_substitutes()
    if archives:
        load_containers()
    for name in _CODECS:
        codecs.lookup(name)
