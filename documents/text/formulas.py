"""A formula's LaTeX as MathML that a page may contain. Pure.

The LaTeX is what a model read or a person typed; what comes out is sanitised to the elements of
presentation MathML, without links, scripts or styles.
"""

from __future__ import annotations

import nh3
from latex2mathml.converter import convert

#: Characters; a longer formula stays LaTeX.
MAX_LENGTH = 2_000

_ELEMENTS = frozenset(
    ["math", "menclose", "mfenced", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded",
     "mphantom", "mprescripts", "mroot", "mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup",
     "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover", "none"]
)  # fmt: skip
_ATTRIBUTES = frozenset(
    ["accent", "accentunder", "columnalign", "columnlines", "columnspacing", "depth", "display",
     "displaystyle", "fence", "form", "height", "largeop", "linethickness", "lspace",
     "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rowlines", "rowspacing",
     "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "width"]
)  # fmt: skip


def latex_to_mathml(latex: str) -> str:
    """The formula as a `<math>` element; "" where it can't be rendered."""
    latex = latex.strip().strip("$").strip()
    if not latex or len(latex) > MAX_LENGTH:
        return ""
    try:
        rendered = convert(latex, display="block")
    except Exception:  # of many kinds, for LaTeX that it does not know: the caller shows the source
        return ""
    return nh3.clean(
        rendered,
        tags=set(_ELEMENTS),
        clean_content_tags={"script", "style"},
        attributes={name: set(_ATTRIBUTES) for name in _ELEMENTS},
        generic_attribute_prefixes=set(),
        url_schemes=set(),
        link_rel=None,
        strip_comments=True,
    )
