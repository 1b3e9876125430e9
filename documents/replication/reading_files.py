"""The files that hold what was read and what people made of it: one a reading, one a correction.

Neither ever changes, so a file is written once under a name that says what it is. It is the
layout's JSON (`PageLayout.to_dict`), compressed (RFC 1952, without name and time, so that the
same layout gives the same bytes).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import uuid
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from documents.errors import DamagedCopy
from documents.models import PageRevision, Reading
from documents.models.fields import json_bytes

#: A page's layout unpacked; the densest sample has 2 MB.
MOST_BYTES = 256 * 2**20


def reading_key(document_id: uuid.UUID, number: int, run: int, digest: str) -> str:
    """The digest is in the name: two containers that overlap may both make a first reading."""
    return f"documents/{document_id}/readings/{number:04d}.run{run}.{digest[:12]}.json.gz"


def correction_key(document_id: uuid.UUID, number: int, revision: int, digest: str) -> str:
    return f"documents/{document_id}/corrections/{number:04d}.{revision}.{digest[:12]}.json.gz"


@dataclass(frozen=True)
class Text:
    """A reading's or a correction's file, as a manifest names it: of page `page`, the reading of
    `run`, or the correction `correction` where that is not None."""

    key: str
    digest: str
    page: int
    run: int
    correction: int | None = None

    def content(self, document_id: uuid.UUID) -> bytes:
        """The file's content, made from the database."""
        source: Reading | PageRevision
        if self.correction is None:
            source = Reading.objects.get(
                page__document=document_id, page__number=self.page, run=self.run
            )
        else:
            source = PageRevision.objects.get(
                page__document=document_id, page__number=self.page, number=self.correction
            )
        return gzip.compress(json_bytes(source.layout), compresslevel=6, mtime=0)


def named_in(manifest: dict[str, Any]) -> Iterator[Text]:
    for page in manifest["pages"]:
        for reading in page["readings"]:
            yield Text(reading["key"], reading["sha256"], page["number"], reading["run"])
        for found in page["corrections"]:
            yield Text(found["key"], found["sha256"], page["number"], found["run"], found["number"])


def decoded(content: bytes, digest: str, key: str) -> Any:
    """The layout in a file's `content`. Raises DamagedCopy where it is not the one of `digest`."""
    try:
        unpacker = zlib.decompressobj(wbits=31)
        data = unpacker.decompress(content, MOST_BYTES)
        if unpacker.eof and hashlib.sha256(data).hexdigest() == digest:
            return json.loads(data)
    except (zlib.error, ValueError) as error:
        raise DamagedCopy(f"{key} is damaged: {error}.") from error
    raise DamagedCopy(f"{key} is damaged: it is not what its manifest says.")
