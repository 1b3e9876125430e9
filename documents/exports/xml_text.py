"""Text for XML files: escaped, without the characters that XML can't hold."""

from __future__ import annotations

import html
import re

#: Everything but what XML 1.0 allows (2.2).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    return html.escape(_NOT_XML.sub("", text), quote=False)


def xml_attribute(text: str) -> str:
    """For between double quotes."""
    escaped = html.escape(_NOT_XML.sub("", text), quote=True)
    return escaped.replace("\n", "&#10;").replace("\t", "&#9;")
