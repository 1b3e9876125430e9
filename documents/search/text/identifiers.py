"""Keys: whole numbers, dates, phone numbers and codes, however they are written. Pure.

A key is a term without a position: the identifier without its separators, with look-alike letters
and digits folded. A word of letters and digits is a key, so is a number in groups, however it is
grouped. Single words and numbers are no keys; the parts of an identifier are found as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from documents.search.text.script_folding import fold_code

#: Characters. No identifier that people type is longer; a line of a table may be.
MAX_LENGTH = 64

#: Digits of a Russian phone number without the country's.
_PHONE_DIGITS = 10
_SPACE = "[ \u00a0\u202f\u2009]"
#: Parts joined without a space: 12/2025, R-303, 12.05.2025, name@host.ru, №12-А, 192.168.0.1
_SEPARATORS = "[-\u2010-\u2015/\\\\.,:@_+&#=]"
_JOINED = re.compile(rf"[^\W_]+(?:{_SEPARATORS}{{1,2}}[^\W_]+)+")
_SEPARATED = re.compile(rf"{_SEPARATORS}(?<=[^\W_].)(?={_SEPARATORS}?[^\W_])")
_DIGIT = re.compile("[0-9]")
#: A word of letters and digits without separators: А123ВС77
_MIXED = re.compile(r"\b(?:[^\W\d_]+\d\w*|\d+[^\W\d_]\w*)")
#: Groups of digits: 60 09 731846, 8481 80 310 0, 8 (863) 204-17-58
_GROUP_SEPARATOR = rf"(?:{_SPACE}?[()]{_SPACE}?|{_SPACE}|[-\u2010-\u2015.])"
_GROUPS = re.compile(rf"(?<![\w.,])\d+(?:{_GROUP_SEPARATOR}\d+)+(?!\w)")
#: Numbers side by side in a table are more groups, and more or fewer digits, than an identifier.
MAX_GROUPS, MIN_GROUPED_DIGITS, MAX_GROUPED_DIGITS = 6, 5, 20
#: Letters and groups of digits: АК 4417 77, ВМ № 0093417, DE44 5001 0517, К 482 ОР 61
_CAPITALS = "[A-ZА-ЯЁ]"
_SERIES = re.compile(
    rf"(?<!\w){_CAPITALS}{{1,4}}\d{{0,2}}"
    rf"(?:{_SPACE}(?:№{_SPACE}?)?(?:\d+|{_CAPITALS}{{1,3}}(?={_SPACE}\d)))+(?!\w)"
)
_ONE_SERIES = re.compile(rf"{_CAPITALS}+[^A-ZА-ЯЁ]+")
#: Groups, digits and signs of such a code; more are a table's.
MAX_SERIES_GROUPS, MIN_SERIES_DIGITS, MAX_SERIES = 8, 4, 34
#: Letters and digits by turns, as on a number plate, in no more signs.
_MAX_PLATE = 12
_LETTERS_BEFORE = re.compile(r"[^\W_]+\Z")
#: 1 250 000,00
AMOUNT = re.compile(rf"(?<![\w.,])\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d{{1,2}})?(?!\w)")
PHONE = re.compile(r"(?<!\w)(?:\+7|8|7)[ \u00a0]?\(?\d{3}\)?(?:[- \u00a0]?\d){7}(?!\w)")
_DATE = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?!\d)")
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "января january jan", "февраля february feb", "марта march mar", "апреля april apr",
            "мая may", "июня june jun", "июля july jul", "августа august aug",
            "сентября september sep", "октября october oct", "ноября november nov",
            "декабря december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NAME = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
#: The day and month before a year: 12 мая, «12» мая, May 12, 12 May
_BEFORE_YEAR = re.compile(
    rf"(?:(?<!\d)[«\"“]?(?P<day>\d{{1,2}})[»\"”]?\s+(?P<month>{_NAME})"
    rf"|\b(?P<first>{_NAME})\.?\s+(?P<then>\d{{1,2}}))[,.]?\s+$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:1[6-9]|20)\d\d(?!\d)")
#: A date with the month in words, as typed: 12 мая 2025, May 12, 2025
DATE_IN_WORDS = re.compile(
    rf"(?<!\w)(?i:\d{{1,2}}\s+{_NAME}|{_NAME}\.?\s+\d{{1,2}}),?\s+(?:1[6-9]|20)\d\d(?!\w)"
)
#: Characters before a year that may belong to a date; "«31» September " is the longest.
_LOOK_BACK = 20
_NOT_IN_A_CODE = re.compile(r"[\W_]+")


def find_keys(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the keys of a text as `(start, end, key)`, in no order."""
    yield from _find_codes(text)
    if not _DIGIT.search(text):
        return
    for found in AMOUNT.finditer(text):
        whole = re.split("[.,]", found[0])[0]
        for form in {found[0], whole}:
            yield found.start(), found.end(), _fold_key(form)
    for found in _MIXED.finditer(text):
        if len(found[0]) <= MAX_LENGTH:
            yield found.start(), found.end(), _fold_key(found[0])
    for found in _GROUPS.finditer(text):
        digits = join_groups(re.split(r"\D+", found[0]))
        if digits:
            yield found.start(), found.end(), digits
    yield from _find_series(text)
    for found in PHONE.finditer(text):
        yield found.start(), found.end(), "tel" + _fold_key(found[0])[-10:]
    yield from _find_dates(text)


def join_groups(groups: Sequence[str]) -> str | None:
    """Join groups of digits into one number; None if they are hardly the groups of one."""
    digits = "".join(groups)
    one_number = 1 < len(groups) <= MAX_GROUPS and digits.isdecimal()
    return (
        digits if one_number and MIN_GROUPED_DIGITS <= len(digits) <= MAX_GROUPED_DIGITS else None
    )


def join_series(parts: Sequence[str]) -> str | None:
    """Join short words and groups of digits, as typed, into one code; None if they are hardly one:
    "К", "482", "ОР", "61"."""
    code = "".join(parts)
    if not 1 < len(parts) <= MAX_SERIES_GROUPS or len(code) > MAX_SERIES:
        return None
    enough = sum(character.isdigit() for character in code) >= MIN_SERIES_DIGITS
    return code if enough and any(character.isalpha() for character in code) else None


def list_word_keys(word: str) -> Iterator[str]:
    """Yield the keys of a word with digits: as it is, and of a phone number without its country."""
    if has_digit(word):
        yield fold_code(word)
    if word.isdecimal():
        if len(word) == _PHONE_DIGITS:
            yield f"tel{word}"
        elif len(word) == _PHONE_DIGITS + 1 and word[0] in "78":
            yield f"tel{word[1:]}"


def has_digit(word: str) -> bool:
    return any(character.isdigit() for character in word)


def _find_codes(text: str) -> Iterator[tuple[int, int, str]]:
    end = 0
    # Search for separators: they are rarer than letters.
    for separator in _SEPARATED.finditer(text):
        if separator.start() < end:
            continue
        begin = max(end, separator.start() - MAX_LENGTH)
        before = _LETTERS_BEFORE.search(text[begin : separator.start()])
        found = before and _JOINED.match(text, begin + before.start())
        if found:
            end = found.end()
            code = _fold_key(found[0])
            if len(code) <= MAX_LENGTH:
                yield found.start(), end, code


def _find_series(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _SERIES.finditer(text):
        parts = [*_ONE_SERIES.finditer(found[0])]
        for part in parts:
            code = part[0].rstrip()
            groups = len(re.split(r"\D+", code))
            key = _fold_key(code)
            if groups <= MAX_SERIES_GROUPS and MIN_SERIES_DIGITS < len(key) <= MAX_SERIES:
                start = found.start() + part.start()
                yield start, start + len(code), key
        whole = _fold_key(found[0])
        if len(parts) > 1 and len(whole) <= _MAX_PLATE:
            yield found.start(), found.end(), whole


def _find_dates(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _DATE.finditer(text):
        day, month, year = map(int, found.groups())
        yield from _yield_date(found, _expand_year(year), month, day)
    for found in _ISO_DATE.finditer(text):
        yield from _yield_date(found, *map(int, found.groups()))
    for at in _YEAR.finditer(text):
        start = max(0, at.start() - _LOOK_BACK)
        before = _BEFORE_YEAR.search(text[start : at.start()])
        if before:
            name, number = before["month"] or before["first"], before["day"] or before["then"]
            key = _date_key(int(at[0]), _MONTHS[name.lower()], int(number))
            if key:
                yield start + before.start(), at.end(), key


def _expand_year(year: int) -> int:
    """Add the century to a year of two digits: 1951 to 2050."""
    return year if year > 99 else year + (1900 if year > 50 else 2000)


def _yield_date(
    found: re.Match[str], year: int, month: int, day: int
) -> Iterator[tuple[int, int, str]]:
    key = _date_key(year, month, day)
    if key:
        yield found.start(), found.end(), key


def _date_key(year: int, month: int, day: int) -> str | None:
    return f"date{year:04}{month:02}{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None


def _fold_key(code: str) -> str:
    return fold_code(_NOT_IN_A_CODE.sub("", code).casefold().replace("ё", "е"))
