"""The kinds of blocks in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: In the order in which they are offered.
LABEL_NAMES: dict[str, str | Promise] = {
    "text": _("text"),
    "doc_title": _("title of the document"),
    "paragraph_title": _("heading"),
    "table": _("table"),
    "display_formula": _("formula"),
    "figure_title": _("caption"),
    "header": _("header"),
    "footer": _("footer"),
    "footnote": _("footnote"),
    "number": _("page number"),
    "image": _("picture"),
    "chart": _("chart"),
    "seal": _("stamp"),
    "content": _("table of contents"),
    "abstract": _("abstract"),
    "reference": _("references"),
    "aside_text": _("note in the margin"),
    "algorithm": _("program text"),
    "vertical_text": _("vertical text"),
}

#: Labels that mean the same to people.
_SAME = {
    "formula": "display_formula",
    "inline_formula": "display_formula",
    "reference_content": "reference",
    "vision_footnote": "footnote",
    "formula_number": "number",
    "header_image": "image",
    "footer_image": "image",
}


def label_name(label: str) -> str:
    """In the active language; an unknown label keeps its name."""
    known = LABEL_NAMES.get(_SAME.get(label, label))
    return str(known) if known else label.replace("_", " ")
