"""What the bytes of a message say as text, whatever encoding it names or fails to name."""

from __future__ import annotations

import codecs
import re

from documents.text.encodings import decode_text, guess_encoding

#: Encodings that messages name; each is loaded with this module: in the jail none can be.
_NAMED = (
    "ascii", "utf-8", "utf-8-sig", "utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32",
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258",
    "koi8-r", "koi8-u", "cp866", "cp855", "cp850", "cp437", "mac-cyrillic", "mac-roman",
    "iso8859-1", "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-5", "iso8859-6", "iso8859-7",
    "iso8859-8", "iso8859-9", "iso8859-10", "iso8859-13", "iso8859-14", "iso8859-15", "iso8859-16",
    "gb2312", "gbk", "gb18030", "big5", "shift_jis", "euc-jp", "iso2022-jp", "euc-kr", "tis-620",
    "kz1048", "ptcp154",
)  # fmt: skip
#: Spellings that Python does not know, without punctuation.
_SPELLINGS = {
    spelling: name
    for name, spellings in {
        "cp1251": "win1251 windows1251 xcp1251 1251 xwindows1251 msansi1251 cp1251",
        "koi8-r": "koi8 xkoi8r koi koi8r",
        "koi8-u": "koi8u",
        "cp866": "dos dos866 ibm866",
        "mac-cyrillic": "xmaccyrillic",
        "utf-8": "xutf8 utf8mb4 unicode11utf8",
        "utf-7": "unicode11utf7",
        "iso8859-8": "iso88598i iso88598e",
        "euc-kr": "ksc56011987",
        "shift_jis": "xsjis",
        "gbk": "xgbk",
        "ascii": "ansix341968 usascii",
    }.items()
    for spelling in spellings.split()
}
#: Encodings that take any bytes, or nearly: what they make says nothing of whether it is right.
_VAGUE = ("ascii", "iso8859-1", "cp1252")
_KNOWN = frozenset(codecs.lookup(name).name for name in _NAMED)
_PUNCTUATION = re.compile("[^a-z0-9]")


def find_codec(charset: str) -> str | None:
    """Python's name of the encoding that a message calls `charset`; None where it is unknown."""
    plain = _PUNCTUATION.sub("", charset.lower())
    try:
        found = codecs.lookup(_SPELLINGS.get(plain, charset)).name
    except (LookupError, ValueError, OSError):
        return None
    return found if found in _KNOWN else None


def decode(data: bytes, charset: str = "") -> str:
    """The text of `data`, which is said to be in `charset` ("": not said).

    What names an encoding is believed unless the bytes show another: UTF-8's own pattern, or bytes
    that the named one has not. Never fails; line ends become "\\n".
    """
    codec = find_codec(charset)
    if codec is None or (codec in _VAGUE and not data.isascii()):
        text = _decode_unnamed(data, codec)
    elif codec.startswith("utf-") or data.isascii() or not _is_utf8(data):
        try:
            text = data.decode(codec)
        except (UnicodeError, ValueError):
            guess = guess_encoding(data)
            best = codec if guess is None or guess.startswith("cp1252") else guess
            text = data.decode(best, "replace")
    else:
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def _decode_unnamed(data: bytes, codec: str | None) -> str:
    if guess_encoding(data) is not None:
        return decode_text(data)
    return data.decode(codec or "cp1252", "replace")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
