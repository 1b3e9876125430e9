"""The file inside a JSON document is taken out piece by piece, wherever the pieces are cut."""

from __future__ import annotations

import base64
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from documents.api.json_files import FileInJSON, NotBase64

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


def taken_out(pieces: list[bytes] | Iterator[bytes]) -> tuple[Any, bytes | None]:
    """The document that is left, and the file."""
    found = FileInJSON("file")
    try:
        for piece in pieces:
            found.feed(piece)
        found.close()
        content = None if found.staged is None else found.staged.path.read_bytes()
        return json.loads(bytes(found.rest)), content
    finally:
        found.discard()


@given(
    before=st.dictionaries(st.text(max_size=5).filter(lambda key: key != "file"), VALUES),
    after=st.dictionaries(st.text(max_size=5).filter(lambda key: key != "file"), VALUES),
    content=st.binary(max_size=200),
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 2]),
    piece=st.integers(1, 50),
)
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_rest_and_the_file_are_what_was_put_in(
    media: Path,
    before: dict[str, Any],
    after: dict[str, Any],
    content: bytes,
    ascii_only: bool,
    indent: int | None,
    piece: int,
) -> None:
    document = {**before, "file": base64.b64encode(content).decode(), **after}
    body = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    if ascii_only:
        body = body.replace("/", "\\/").replace("+", "\\u002b")
    sent = body.encode("utf-8", "surrogatepass")

    rest, found = taken_out([sent[at : at + piece] for at in range(0, len(sent), piece)])

    assert found == content
    assert rest == {**before, **after, "file": ""}


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"a": {"file": "AAAA"}}',
        b'[{"file": "AAAA"}]',
        b'{"a": "file", "b": "AAAA"}',
        b'{"file": ["AAAA"]}',
        b'{"a": ["file", "AAAA"]}',
    ],
)
def test_only_a_string_under_the_key_of_the_outermost_object_is_the_file(
    media: Path, body: bytes
) -> None:
    rest, found = taken_out([body])

    assert found is None
    assert rest == json.loads(body)


@pytest.mark.parametrize("text", ["AAA=AAAA", "A*AA", "AAAAA", "=", "AAAA\\u0451"])
def test_what_is_not_base64_is_refused_and_leaves_nothing(media: Path, text: str) -> None:
    with pytest.raises(NotBase64):
        taken_out([f'{{"file": "{text}"}}'.encode()])

    assert not [path for path in media.rglob("*") if path.is_file()]


def test_padding_may_be_left_out(media: Path) -> None:
    assert taken_out([b'{"file": "QQ"}'])[1] == b"A"


def test_memory_does_not_grow_with_the_file(media: Path) -> None:
    piece = base64.b64encode(bytes(3 * 2**14))

    def pieces(count: int) -> Iterator[bytes]:
        yield b'{"file": "'
        for _ in range(count):
            yield piece
        yield b'"}'

    found = FileInJSON("file")
    tracemalloc.start()
    for chunk in pieces(512):
        found.feed(chunk)
    found.close()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found.staged is not None
    assert found.staged.size == 512 * 3 * 2**14
    assert peak < 2**20
