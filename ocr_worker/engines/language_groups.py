"""Which of Tesseract's languages read a page together: those of one script. Pure.

Languages of two scripts at once cost a third more time and read small words of one in letters of
the other («оп the»), so a page is read by those of its script.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Tesseract's data files for Cyrillic and Latin scripts. What is in neither list (Greek, Chinese)
#: is read together with all others.
_CYRILLIC = "bel bul kaz kir mkd mon rus srp tat tgk ukr uzb_cyrl"
_LATIN = (
    "afr aze bos cat ceb ces cos cym dan deu eng epo est eus fao fil fin fra fry gla gle glg hat "
    "hrv hun iku ind isl ita ita_old jav lat lav lit ltz mlt mri msa nld nor oci pol por que ron "
    "slk slv spa spa_old sqi srp_latn sun swa swe ton tur uzb vie yor"
)
_SCRIPTS = {
    code: script
    for script, codes in (("CYRILLIC", _CYRILLIC), ("LATIN", _LATIN))
    for code in codes.split()
}


@dataclass(frozen=True)
class LanguageGroup:
    """Languages of one script; `codes` as Tesseract takes them ("eng+deu")."""

    script: str
    codes: str


def group_languages(codes: list[str], first: str | None = None) -> tuple[LanguageGroup, ...]:
    """The groups of `codes` (Tesseract's, the most likely first), the most likely first.

    `first`: a further language, the document's own: its group comes first, and it within its group.
    One group where a script is not known, as no other can be chosen by it.
    """
    ordered = list(dict.fromkeys([first, *codes] if first else codes))
    groups: dict[str, list[str]] = {}
    for code in ordered:
        groups.setdefault(_SCRIPTS.get(code, ""), []).append(code)
    if "" in groups:
        return (LanguageGroup("", "+".join(ordered)),)
    return tuple(LanguageGroup(script, "+".join(group)) for script, group in groups.items())
