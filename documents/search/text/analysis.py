"""Text analysis: from text to index terms, the same for pages and for queries. Pure.

The term of a Cyrillic word is its Russian Snowball stem, of a Latin word its English one,
regardless of the document's language. Words are folded first: case, ё, accents, ligatures, soft
hyphens, words broken over two lines, look-alike letters. Tokens carry their position in the text,
in characters, so that hits can be drawn.

The algorithms: Snowball (https://snowballstem.org), by PyStemmer; Unicode NFKC and NFD (UAX 15).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from zlib import crc32

import Stemmer

from documents.search.text.identifiers import find_keys
from documents.search.text.script_folding import fold_script, has_cyrillic, transliterate_twins
from documents.search.text.units import split_unit

#: Increase it with every change of the terms: an index of another version is rebuilt.
VERSION = 6

#: Characters of a term; longer terms are cut.
MAX_LENGTH = 60
#: Number of hash values for pairs of words: a page of 300 words has one in 900 of them.
_PAIR_HASHES = 2**18

_INSIDE = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
#: A word is broken over a line's end by a soft hyphen, or by a hyphen before a small letter.
_BREAK = (
    "(?:\u00ad[ \\t]*\\n[ \\t]*(?=[^\\W\\d_])"
    "|(?<=[^\\W\\d_])[-\u2010\u2011\u00ac][ \\t]*\\n[ \\t]*(?=[a-zа-яё]))"
)
_WORD = re.compile(
    f"[^\\W_ʼ](?:[^\\W_ʼ]|[{_INSIDE}](?!\\s*\\n)|{_BREAK}|(?<=[A-Za-z])['’ʼ](?=[A-Za-z]))*"
)
#: Such a hyphen, and the letters before and after it.
_HYPHEN = re.compile("[-\u2010\u2011\u00ac][ \\t]*\\n[ \\t]*(?=[a-zа-яё])")
_BEFORE, _AFTER = re.compile("[^\\W\\d_]+\\Z"), re.compile("[^\\W\\d_]+")
_INVISIBLE = re.compile(f"{_BREAK}|[\u00ad\u200b-\u200d\u2060\ufeff]")
_PLAIN = re.compile("[a-z0-9а-я]+")
_ONE_SCRIPT = re.compile("[a-z]+|[а-я]*[а-щы-я]")  # no hard sign at the end
#: A fleeting vowel, which Snowball does not handle: ошибок, ошибк-а; настроек, настройк-а;
#: продавец, продавц-а; владелец, владельц-а.
_FLEETING = re.compile(
    "(?<=[а-я][бвгджзклмнпрстфхцчшщ])[ое](?=к$)"
    "|(?P<after_vowel>(?<=[а-я][аеиоуыэюя])е(?=к$))"
    "|(?<=[а-я][бвгджзклмнпрстфхчшщ])[еь](?=ц$)"
)
#: Snowball strips these endings as a gerund's (сделав); nouns with them are searched for more often
#: (устав, состав, архив, отзыв). In their other cases Snowball leaves them alone.
_LIKE_A_GERUND = re.compile("[а-я][аяиы]в$")
#: Letters that the Russian reform of 1918 abolished. і is Ukrainian and Belarusian, too: a search
#: takes their и and і for one letter.
_OLD_LETTERS = str.maketrans("ѣѳѵ", "ефи")
_DECIMAL_I = str.maketrans("і", "и")
#: The hard sign that ended words after a consonant.
_HARD_END = re.compile("(?<=[бвгджзклмнпрстфхцчшщ])ъ$")
_local = threading.local()


@dataclass(frozen=True)
class Token:
    """A term in a text: `word` is folded, `stem` indexed; `start`, `end` are character offsets."""

    word: str
    stem: str
    start: int
    end: int


@dataclass(frozen=True)
class Terms:
    """The index terms of a text: the stems in order, the sets of words and keys, and a hash for
    each pair of adjacent words."""

    stems: tuple[str, ...]
    words: frozenset[str]
    keys: frozenset[str]
    pairs: frozenset[str]


def iter_tokens(text: str) -> Iterator[Token]:
    """Yield the words of a text in order. Parts of one printed word share its position."""
    for found in _WORD.finditer(text):
        start, end = found.span()
        for word, stem in analyse_word(found[0]):
            yield Token(word, stem, start, end)


def iter_printed_words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield `(word, start, end)` of each word as printed: input for `analyse_word`."""
    for found in _WORD.finditer(text):
        yield found[0], found.start(), found.end()


def extract_terms(text: str) -> Terms:
    pairs = list(chain.from_iterable(map(analyse_word, _WORD.findall(text))))
    broken = {stem for stem, _, _ in iter_hyphen_parts(text)}
    keys = {key for _, _, key in find_keys(text)}
    return Terms(
        stems=tuple(stem for _, stem in pairs),
        words=frozenset(word for word, _ in pairs),
        keys=frozenset(keys | broken),
        pairs=hash_pairs([word for word, _ in pairs]),
    )


def hash_pairs(words: Sequence[str]) -> frozenset[str]:
    """Hash each pair of adjacent words. Few texts without a pair have its hash, so pages with two
    common words side by side are found without comparing all their positions.

    The idea is that of the nextword index (Williams, Zobel, Bahle 2004), with a bounded number of
    hashes (CRC-32 modulo 2^18) in place of pairs.
    """
    return frozenset(
        f"{crc32(f'{first} {second}'.encode()) % _PAIR_HASHES:x}"
        for first, second in pairwise(words)
    )


def iter_hyphen_parts(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield both parts of each word broken at a hyphen over the end of a line, as
    `(stem, start, end)`: if the hyphen is part of the word, they are words themselves."""
    for hyphen in _HYPHEN.finditer(text):
        from_ = max(0, hyphen.start() - MAX_LENGTH)
        before = _BEFORE.search(text[from_ : hyphen.start()])
        after = _AFTER.match(text, hyphen.end())
        if before and after:
            for part, start in ((before[0], from_ + before.start()), (after[0], after.start())):
                for _, stem in analyse_word(part):
                    yield stem, start, start + len(part)


def split_words(text: str) -> tuple[tuple[str, str], ...]:
    """`(word, stem)` of each word in a short text."""
    return tuple(pair for printed in _WORD.findall(text) for pair in analyse_word(printed))


def stem_word(word: str) -> str:
    """Return the stem of a folded word, by its script."""
    if word.isdigit():
        return word
    stemmers = getattr(_local, "stemmers", None)
    if stemmers is None:
        # A stemmer is not thread-safe.
        stemmers = _local.stemmers = (Stemmer.Stemmer("russian", 0), Stemmer.Stemmer("english", 0))
    russian = has_cyrillic(word)
    if russian and _LIKE_A_GERUND.search(word):
        word += "а"
    stem: str = stemmers[0 if russian else 1].stemWord(word)
    # Too little would remain of an abbreviation (ООО, ИНН) or another short word.
    return _FLEETING.sub(_replace_fleeting_vowel, stem) if len(stem) > 2 else word


def stem_in_other_script(word: str) -> str | None:
    """Return the stem of the word in the other script, None unless all letters have a twin."""
    other = transliterate_twins(word)
    return stem_word(other) if other else None


def _replace_fleeting_vowel(vowel: re.Match[str]) -> str:
    """Drop the vowel; after another vowel it stands for й."""
    return "й" if vowel["after_vowel"] else ""


def fold_word(printed: str) -> str:
    """Remove what distinguishes no words: case, accents, ligatures, line breaks."""
    word = _INVISIBLE.sub("", printed).casefold()
    if not _PLAIN.fullmatch(word) or word[-1:] == "ъ":
        word = unicodedata.normalize("NFKC", word).casefold()
        # й is a letter of its own, not и with an accent; ё is е.
        word = word.replace("й", "\ue000").replace("ё", "е")
        word = "".join(
            letter
            for letter in unicodedata.normalize("NFD", word)
            if unicodedata.category(letter) != "Mn"
        )
        word = unicodedata.normalize("NFC", word).replace("\ue000", "й")
        word = _modernise(word)
        word = re.sub("['’ʼ]s?$", "", word)
        word = re.sub(r"[\W_]+", "", word)
    return word[:MAX_LENGTH]


def _modernise(word: str) -> str:
    """Spell a word from before the Russian reform of 1918 as today: «выѣдетъ», «Ѳедоръ»."""
    word = word.translate(_OLD_LETTERS)
    if has_cyrillic(word):
        word = word.translate(_DECIMAL_I)
    return _HARD_END.sub("", word)


@lru_cache(maxsize=100_000)
def analyse_word(printed: str) -> tuple[tuple[str, str], ...]:
    """Return `(word, stem)` pairs of one printed word: none, one, or a number and its unit."""
    word = printed.casefold()
    if len(word) <= MAX_LENGTH and _ONE_SCRIPT.fullmatch(word):
        return ((word, stem_word(word)),)
    return tuple(
        (word, stem_word(word))
        for part in split_unit(fold_word(printed))
        if (word := _HARD_END.sub("", fold_script(part)))
    )
