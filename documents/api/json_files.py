"""A file inside a JSON document, taken out while the document is being read.

Of a body of any size, only what is not the file is held in memory.
"""

from __future__ import annotations

import base64
import binascii
import json
import re

from documents.api.problems import RequestTooLarge
from documents.files.upload_staging import StagedFile

#: Bytes of everything but the file.
MAX_REST = 2**20

_STRUCTURE = re.compile(rb'["{}\[\]:,]')
_STRING_PART = re.compile(rb'["\\]')
_SPACE = b" \t\r\n"


class NotBase64(Exception):
    """The file is not base64 (RFC 4648, section 4)."""


class FileInJSON:
    """Feed it the document; `rest` is the document with an empty string in the file's place.

    `staged` is the file's decoded content, None where the top-level object has no string named
    `key`. Nothing here checks the JSON: `rest` is as valid as the whole is.
    """

    def __init__(self, key: str) -> None:
        self.rest = bytearray()
        self.staged: StagedFile | None = None
        self._key = key
        self._depth = 0
        self._in_string = False
        self._in_file = False
        #: The characters after a backslash, while an escape is being read.
        self._escape: bytes | None = None
        self._expects_key = False
        self._key_start: int | None = None
        self._last_key = ""
        self._encoded = b""

    def feed(self, chunk: bytes) -> None:
        """Raises RequestTooLarge, NotBase64, FileTooLarge."""
        position = 0
        while position < len(chunk):
            if self._escape is not None:
                position = self._continue_escape(chunk, position)
            elif self._in_string:
                position = self._continue_string(chunk, position)
            else:
                position = self._continue_structure(chunk, position)
        if len(self.rest) > MAX_REST:
            raise RequestTooLarge

    def close(self) -> None:
        """Raises NotBase64."""
        if self.staged is not None:
            self.staged.close()

    def discard(self) -> None:
        if self.staged is not None:
            self.staged.discard()

    def _continue_structure(self, chunk: bytes, position: int) -> int:
        match = _STRUCTURE.search(chunk, position)
        if match is None:
            self.rest += chunk[position:]
            return len(chunk)
        self.rest += chunk[position : match.end()]
        mark = match.group()
        if mark == b'"':
            self._begin_string()
        elif mark in b"{[":
            self._depth += 1
            self._expects_key = mark == b"{"
        elif mark in b"}]":
            self._depth -= 1
        else:
            self._expects_key = mark == b","
        return match.end()

    def _begin_string(self) -> None:
        self._in_string = True
        if self._depth != 1:
            return
        if self._expects_key:
            self._key_start = len(self.rest) - 1
        elif self._last_key == self._key:
            if self.staged is not None:
                raise NotBase64(f"{self._key} stands in the request twice.")
            self._in_file = True
            self.staged = StagedFile()

    def _continue_string(self, chunk: bytes, position: int) -> int:
        match = _STRING_PART.search(chunk, position)
        end = len(chunk) if match is None else match.start()
        self._keep(chunk[position:end])
        if match is None:
            return end
        if match.group() == b"\\":
            self._escape = b""
        else:
            self._end_string()
        return match.end()

    def _continue_escape(self, chunk: bytes, position: int) -> int:
        assert self._escape is not None
        wanted = 5 if (self._escape or chunk[position : position + 1])[:1] == b"u" else 1
        taken = chunk[position : position + wanted - len(self._escape)]
        self._escape += taken
        if len(self._escape) == wanted:
            escape, self._escape = b"\\" + self._escape, None
            self._keep(_character(escape) if self._in_file else escape)
        return position + len(taken)

    def _end_string(self) -> None:
        if self._in_file:
            self._decode(last=True)
        self.rest += b'"'
        self._in_string = self._in_file = False
        if self._key_start is not None:
            self._last_key = _key_in(bytes(self.rest[self._key_start :]))
            self._key_start = None

    def _keep(self, content: bytes) -> None:
        if not self._in_file:
            self.rest += content
            return
        self._encoded += content.translate(None, _SPACE)
        if len(self._encoded) >= 4096:
            self._decode()

    def _decode(self, *, last: bool = False) -> None:
        """Write what is decodable: groups of four characters stand for three bytes."""
        whole = len(self._encoded) if last else (len(self._encoded) - 1) // 4 * 4
        encoded, self._encoded = self._encoded[:whole], self._encoded[whole:]
        if last:
            encoded += b"=" * (-len(encoded) % 4)
        elif b"=" in encoded:
            raise NotBase64(_HINT.format(self._key))
        try:
            content = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raise NotBase64(_HINT.format(self._key)) from None
        assert self.staged is not None
        self.staged.write(content)


_HINT = "{} is not base64. Send the plain encoding, without a data: prefix."


def _character(escape: bytes) -> bytes:
    """What an escape in a JSON string stands for: some writers escape "/" and "+"."""
    try:
        return str(json.loads(b'"' + escape + b'"')).encode("ascii")
    except ValueError:
        raise NotBase64("The file holds characters that are not base64.") from None


def _key_in(quoted: bytes) -> str:
    try:
        return str(json.loads(quoted))
    except ValueError:
        return ""
