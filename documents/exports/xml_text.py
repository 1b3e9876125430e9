"""Text for XML files: escaped, without the characters that XML can't hold."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

#: Everything but what XML 1.0 allows (2.2).
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    return escape(_NOT_XML.sub("", text))


def xml_attribute(text: str) -> str:
    """For between double quotes."""
    return escape(_NOT_XML.sub("", text), {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})
