"""Text made into terms: the same for what is searched and for what is asked. Pure.

A term of a Cyrillic word is its Russian Snowball stem, of a Latin word its English one, whatever
the document's language says. Before that words are folded: case, ё, accents, ligatures, soft
hyphens, words broken over two lines, letters that look alike. Every term knows where it stands in
the text, in characters, so that a hit can be drawn.

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

from documents.search.text.identifiers import keys_in
from documents.search.text.lookalikes import is_cyrillic, one_script, parted, twin

#: Rises with every change of what a text is made into: an index of another one is built anew.
VERSION = 4

#: Characters of a term; longer ones are cut.
MAX_LENGTH = 60
#: Marks of two words, as many: a page of 300 words has one in 900.
_PAIR_MARKS = 2**18

_INSIDE = "\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff"
#: A word is broken over a line's end by a soft hyphen, or by a hyphen before a small letter.
_BREAK = (
    "(?:\u00ad[ \\t]*\\n[ \\t]*(?=[^\\W\\d_])"
    "|(?<=[^\\W\\d_])[-\u2010\u2011\u00ac][ \\t]*\\n[ \\t]*(?=[a-zа-яё]))"
)
_WORD = re.compile(
    f"[^\\W_](?:[^\\W_]|[{_INSIDE}](?!\\s*\\n)|{_BREAK}|(?<=[A-Za-z])['’ʼ](?=[A-Za-z]))*"
)
#: Such a hyphen, and what stands before and after it.
_HYPHEN = re.compile("[-\u2010\u2011\u00ac][ \\t]*\\n[ \\t]*(?=[a-zа-яё])")
_BEFORE, _AFTER = re.compile("[^\\W\\d_]+\\Z"), re.compile("[^\\W\\d_]+")
_UNSEEN = re.compile(f"{_BREAK}|[\u00ad\u200b-\u200d\u2060\ufeff]")
_PLAIN = re.compile("[a-z0-9а-я]+")
_ONE_SCRIPT = re.compile("[a-z]+|[а-я]+")
#: A vowel that comes and goes in a stem, which the algorithm knows nothing of: ошибок, ошибк-а;
#: настроек, настройк-а; продавец, продавц-а; владелец, владельц-а.
_FLEETING = re.compile(
    "(?<=[а-я][бвгджзклмнпрстфхцчшщ])[ое](?=к$)"
    "|(?P<after_vowel>(?<=[а-я][аеиоуыэюя])е(?=к$))"
    "|(?<=[а-я][бвгджзклмнпрстфхчшщ])[еь](?=ц$)"
)
#: The algorithm takes these endings for a gerund's (сделав) and off; nouns that have them are more
#: often asked for (устав, состав, архив, отзыв). In another case they are left alone.
_LIKE_A_GERUND = re.compile("[а-я][аяиы]в$")
_local = threading.local()


@dataclass(frozen=True)
class Token:
    """A term and where it stands: `word` as folded, `stem` as indexed; `start`, `end` in the text
    (characters)."""

    word: str
    stem: str
    start: int
    end: int


@dataclass(frozen=True)
class Terms:
    """What a text is indexed by: the stems in their order, each word once, each key once, and a
    mark for each two words that follow each other."""

    stems: tuple[str, ...]
    words: frozenset[str]
    keys: frozenset[str]
    pairs: frozenset[str]


def tokens(text: str) -> Iterator[Token]:
    """The words of a text in their order. Parts of one printed word share its place."""
    for found in _WORD.finditer(text):
        start, end = found.span()
        for word, stem in analysed(found[0]):
            yield Token(word, stem, start, end)


def printed_words(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word as it is printed, with where it stands: to be `analysed` where that is needed."""
    for found in _WORD.finditer(text):
        yield found[0], found.start(), found.end()


def terms(text: str) -> Terms:
    pairs = list(chain.from_iterable(map(analysed, _WORD.findall(text))))
    broken = {stem for stem, _, _ in halves(text)}
    keys = {key for _, _, key in keys_in(text)}
    return Terms(
        stems=tuple(stem for _, stem in pairs),
        words=frozenset(word for word, _ in pairs),
        keys=frozenset(keys | broken),
        pairs=pairs_of([word for word, _ in pairs]),
    )


def pairs_of(words: Sequence[str]) -> frozenset[str]:
    """Marks of the words' neighbourhoods. Few texts that have not a pair have its mark, and pages
    with two common words side by side are found without a look at where all of them stand.

    The idea is that of the nextword index (Williams, Zobel, Bahle 2004), with as many marks as an
    index can well have instead of pairs (CRC-32 modulo 2^18)."""
    return frozenset(
        f"{crc32(f'{one} {next_}'.encode()) % _PAIR_MARKS:x}" for one, next_ in pairwise(words)
    )


def halves(text: str) -> Iterator[tuple[str, int, int]]:
    """Both parts of each word that is broken at a hyphen over a line's end: `(stem, start, end)`.
    It may have been the word's own hyphen; then they are words."""
    for hyphen in _HYPHEN.finditer(text):
        from_ = max(0, hyphen.start() - MAX_LENGTH)
        before = _BEFORE.search(text[from_ : hyphen.start()])
        after = _AFTER.match(text, hyphen.end())
        if before and after:
            for part, start in ((before[0], from_ + before.start()), (after[0], after.start())):
                for _, stem in analysed(part):
                    yield stem, start, start + len(part)


def words_in(text: str) -> tuple[tuple[str, str], ...]:
    """`(word, stem)` of each word in a short text."""
    return tuple(pair for printed in _WORD.findall(text) for pair in analysed(printed))


def stem_of(word: str) -> str:
    """The stem of a folded word, by its script."""
    if word.isdigit():
        return word
    stemmers = getattr(_local, "stemmers", None)
    if stemmers is None:
        # A stemmer is not to be used by two threads.
        stemmers = _local.stemmers = (Stemmer.Stemmer("russian", 0), Stemmer.Stemmer("english", 0))
    russian = is_cyrillic(word)
    if russian and _LIKE_A_GERUND.search(word):
        word += "а"
    stem: str = stemmers[0 if russian else 1].stemWord(word)
    # Of an abbreviation (ООО, ИНН) or a word that short, too little would be left.
    return _FLEETING.sub(_settled, stem) if len(stem) > 2 else word


def twin_stem(word: str) -> str | None:
    """The stem of the word as it would be in the other script, where all its letters look the
    same there."""
    other = twin(word)
    return stem_of(other) if other else None


def _settled(vowel: re.Match[str]) -> str:
    """As it is where there is none; between two vowels it stands for й."""
    return "й" if vowel["after_vowel"] else ""


def folded(printed: str) -> str:
    """A word without what does not tell it from another: case, accents, ligatures, breaks."""
    word = _UNSEEN.sub("", printed).casefold()
    if not _PLAIN.fullmatch(word):
        word = unicodedata.normalize("NFKC", word).casefold()
        # й is a letter of its own, not и with an accent; ё is е.
        word = word.replace("й", "\ue000").replace("ё", "е")
        word = "".join(
            letter
            for letter in unicodedata.normalize("NFD", word)
            if unicodedata.category(letter) != "Mn"
        )
        word = unicodedata.normalize("NFC", word).replace("\ue000", "й")
        word = re.sub("['’ʼ]s?$", "", word)
        word = re.sub(r"[\W_]+", "", word)
    return word[:MAX_LENGTH]


@lru_cache(maxsize=100_000)
def analysed(printed: str) -> tuple[tuple[str, str], ...]:
    """`(word, stem)` of what is printed as one word: none, one, or a number and its unit."""
    word = printed.casefold()
    if len(word) <= MAX_LENGTH and _ONE_SCRIPT.fullmatch(word):
        return ((word, stem_of(word)),)
    return tuple(
        (word, stem_of(word)) for part in parted(folded(printed)) if (word := one_script(part))
    )
