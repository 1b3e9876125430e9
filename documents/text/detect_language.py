"""Name the language of a text, from its script, common words, letters and endings. Pure.

A language is named only where the evidence is clear: a list of codes, a text of a few words and
what a false encoding left behind have none. Common words tell languages apart in running text;
letters that a language lacks or that few others have decide between relatives (Russian and
Bulgarian, Spanish and Portuguese) and in short texts. Nothing is trained and nothing shipped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from documents.text.common_words import COMMON_WORDS
from documents.text.scripts import letter_script

#: Of a long text, about this many words are looked at.
_ENOUGH_WORDS = 1500

#: Letters of one script from which a text can have a language.
_LEAST_LETTERS = 12

#: The evidence (words' worth) that a language needs; the lead over the next one, as a share of its
#: own and at least; the share of all words of its script. Over the sample documents and texts of
#: 20 languages no language is named wrongly.
_LEAST_EVIDENCE = 3.0
_LEAD, _LEAST_LEAD = 0.12, 1.0
_LEAST_SHARE = 0.06

#: What a letter that a language does not have speaks against it, in words; what one letter of an
#: alphabet speaks for the languages that have it (shared among them); what an ending does.
_FOREIGN_LETTER, _OWN_LETTER, _ENDING = {"CYRILLIC": -2.0, "LATIN": -1.0}, 1.0, 0.4

#: What speaks for the first of the expected languages, and for each other, in words; the lead over
#: one of them that another language needs, as a share of its evidence and at least.
_FIRST, _OTHERS = 1.0, 0.5
_LEAD_OF_OTHERS, _LEAST_LEAD_OF_OTHERS = 0.25, 2.0

#: Scripts that belong to one language here, by Unicode's names.
_OF_ONE_SCRIPT = {
    "GREEK": "el", "ARMENIAN": "hy", "GEORGIAN": "ka", "HEBREW": "he", "HANGUL": "ko",
    "HIRAGANA": "ja", "KATAKANA": "ja", "CJK": "zh", "THAI": "th",
}  # fmt: skip

_KANA = ("HIRAGANA", "KATAKANA")

_RUSSIAN = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
#: The letters of each language: of Latin alphabets, those outside ASCII (common foreign words
#: included); "-" before letters that an alphabet lacks.
_ALPHABETS = {
    "CYRILLIC": {
        "ru": _RUSSIAN,
        "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
        "be": "абвгдеёжзійклмнопрстуўфхцчшыьэюя",
        "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
        "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
        "mk": "абвгдѓежзѕијклљмнњопрстќуфхцчџш",
        "kk": _RUSSIAN + "әғқңөұүһі",
    },
    "LATIN": {
        "en": "", "la": "", "nl": "ëïéèöü", "de": "äöüß", "fr": "àâæçéèêëîïôœùûüÿ",
        "es": "áéíñóúü", "it": "àèéìíòóù", "pt": "ãáâàçéêíóôõúü", "pl": "ąćęłńóśźż",
        "cs": "áčďéěíňóřšťúůýž", "sk": "áäčďéíĺľňóôŕšťúýž", "ro": "ăâîșțşţ", "tr": "çğıöşüâî",
        "sv": "åäöé", "da": "æøåé", "no": "æøåéòô", "fi": "äöå", "hu": "áéíóöőúüű",
        "lt": "ąčęėįšųūž", "lv": "āčēģīķļņšūž", "et": "äõöüšž", "hr": "čćđšž", "uz": "ʻ",
    },
}  # fmt: skip

#: Endings of words of six letters or more.
_ENDINGS = {
    "en": "ing tion tions ment ness able ould ight ther ally", "de": "ung ungen keit heit lich "
    "ische schaft chen ieren", "fr": "ement aient eaux euse tion tions ique", "es": "ción ciones "
    "mente idad ando iendo aron", "it": "zione zioni mente ità ando endo", "pt": "ção ções mente "
    "idade ando", "nl": "ing ingen heid lijk lijke", "pl": "ości ego ych ami", "ru": "ого ение "
    "ться ется ами ость ный ная ные ния ции", "uk": "ння ться ами ість ого ний ення ції", "be":
    "ння цца амі асць ага ння", "bg": "ята ата ите ото ния ване ост", "kk": "дың тың лар лер ның "
    "нің ған ген",
}  # fmt: skip
_SUFFIXES = {language: tuple(endings.split()) for language, endings in _ENDINGS.items()}

_WORD = re.compile(r"[^\W\d_]+")


def detect_language(text: str, expected: tuple[str, ...] = ("ru", "en")) -> str:
    """The ISO 639-1 code of the language that most of `text` is in; "" where that is not clear.

    `expected`: the languages of most documents, the first of all first. A relative of one of them
    is named only where it is much the more likely: Russian letters have Bulgarian words.
    """
    words = [word.casefold() for word in _WORD.findall(text)]
    words = words[:: max(1, len(words) // _ENOUGH_WORDS)]
    letters: Counter[str] = Counter()
    for word in words:
        letters[letter_script(word[0])] += len(word)
    if not letters:
        return ""
    script, count = letters.most_common(1)[0]
    if script == "CJK" and any(letter_script(letter) in _KANA for letter in text):
        return "ja"
    if script in _OF_ONE_SCRIPT:
        return _OF_ONE_SCRIPT[script] if count >= _LEAST_LETTERS / 2 else ""
    if script not in _ALPHABETS or count < _LEAST_LETTERS:
        return ""
    own = [word for word in words if letter_script(word[0]) == script]
    return _name_language(script, own, expected)


def find_main_language(languages: Iterable[str]) -> str:
    """The language of most pages, given those of all (in their order; "" for unknown).

    Of languages on equally many pages, the one that comes first.
    """
    counts = Counter(language for language in languages if language)
    return max(counts, key=lambda language: counts[language], default="")


def _name_language(script: str, words: list[str], expected: tuple[str, ...]) -> str:
    evidence: Counter[str] = Counter()
    for place, language in enumerate(expected):
        evidence[language] = _OTHERS if place else _FIRST  # type: ignore[assignment]
    for word in words:
        for language, weight in _weigh(script, word):
            evidence[language] += weight  # type: ignore[assignment]
    ranked = sorted(((evidence[name], name) for name in _ALPHABETS[script]), reverse=True)
    (best, name), (second, _) = ranked[:2]
    least = max(_LEAST_EVIDENCE, _LEAST_SHARE * len(words))
    if best < least:
        return ""
    if name not in expected:
        rival, rival_name = next(((e, n) for e, n in ranked if n in expected), (0.0, ""))
        if best - rival < max(_LEAST_LEAD_OF_OTHERS, _LEAD_OF_OTHERS * best):
            return rival_name if rival >= least else ""
    return name if best - max(second, 0.0) >= max(_LEAST_LEAD, _LEAD * best) else ""


@lru_cache(maxsize=20_000)
def _weigh(script: str, word: str) -> tuple[tuple[str, float], ...]:
    """What one word says for (above 0) or against languages."""
    alphabets = _ALPHABETS[script]
    found = dict.fromkeys(alphabets, 0.0)
    telling = [letter for letter in set(word) if script == "CYRILLIC" or letter > "\x7f"]
    for letter in telling:
        having = [language for language, known in alphabets.items() if letter in known]
        for language in alphabets:
            if language not in having:
                found[language] += _FOREIGN_LETTER[script]
            elif len(having) * 2 <= len(alphabets):
                found[language] += _OWN_LETTER / len(having)
    for language in alphabets:
        if word in COMMON_WORDS[language]:
            found[language] += 1.0
        elif len(word) >= 6 and word.endswith(_SUFFIXES.get(language, ())):
            found[language] += _ENDING
    return tuple((language, weight) for language, weight in found.items() if weight)
