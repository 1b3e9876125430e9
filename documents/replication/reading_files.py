"""The text files of a document: one for each reading and for each correction.

Neither ever changes, so a file is written once, under a name that contains its digest. It is the
layout's JSON (`PageLayout.to_dict`), compressed (gzip, RFC 1952, without name and time, so that the
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
from documents.files.keys import document_prefix
from documents.messages import Message
from documents.models import PageRevision, Reading
from documents.models.fields import json_bytes

#: Size of a page's layout unpacked; the densest sample has 2 MB.
MAX_BYTES = 256 * 2**20


def reading_key(document_id: uuid.UUID, number: int, run: int, digest: str) -> str:
    """Contains the digest: two overlapping containers may both make a first reading."""
    return f"{document_prefix(document_id)}readings/{number:04d}.run{run}.{digest[:12]}.json.gz"


def correction_key(document_id: uuid.UUID, number: int, revision: int, digest: str) -> str:
    name = f"{number:04d}.{revision}.{digest[:12]}.json.gz"
    return f"{document_prefix(document_id)}corrections/{name}"


@dataclass(frozen=True)
class TextFile:
    """The file of a reading or a correction, as a manifest names it.

    `page` counts from 1. `correction`: None for the reading of `run`, else the correction's number.
    """

    key: str
    digest: str
    page: int
    run: int
    correction: int | None = None

    def build_content(self, document_id: uuid.UUID) -> bytes:
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


def list_text_files(manifest: dict[str, Any]) -> Iterator[TextFile]:
    """The text files that a manifest names."""
    for page in manifest["pages"]:
        for reading in page["readings"]:
            yield TextFile(reading["key"], reading["sha256"], page["number"], reading["run"])
        for correction in page["corrections"]:
            yield TextFile(
                correction["key"],
                correction["sha256"],
                page["number"],
                correction["run"],
                correction["number"],
            )


def decode_text_file(content: bytes, digest: str, key: str) -> Any:
    """The layout in a file's `content`. Raises DamagedCopy where it has another digest."""
    try:
        unpacker = zlib.decompressobj(wbits=31)
        data = unpacker.decompress(content, MAX_BYTES)
        if unpacker.eof and hashlib.sha256(data).hexdigest() == digest:
            return json.loads(data)
    except (zlib.error, ValueError) as error:
        raise DamagedCopy(
            Message("{key} is damaged: {problem}.", key=key, problem=error)
        ) from error
    raise DamagedCopy(Message("{key} is damaged: it differs from its manifest.", key=key))
