"""Files of many documents as one zip, those that have to be made included."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence

from documents.access import visible_to
from documents.actions.request_export import request_export
from documents.exports.downloads import Download
from documents.exports.options import WHOLE_DOCUMENT
from documents.exports.zip_documents import zip_documents
from documents.models import Document, User
from documents.models.member import find_within


def download_many(
    ids: Sequence[uuid.UUID],
    kinds: Sequence[str],
    *,
    actor: User,
    containers: Iterable[uuid.UUID] = (),
) -> Iterator[bytes]:
    """The zip's bytes: see `zip_documents`. Of the documents that `actor` may see; what came in
    `containers` lies in folders, as it did there.

    Raises InvalidRequest (DownloadTooLarge) before the first byte.
    """

    def prepare(document: Document, kind: str) -> Download | None:
        return request_export(document.id, kind, WHOLE_DOCUMENT, actor=actor)

    seen = visible_to(actor).filter(id__in=list(containers)).values_list("id", flat=True)
    return zip_documents(visible_to(actor), ids, kinds, prepare, find_within(seen))
