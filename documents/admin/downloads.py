"""The originals of a selection, as one zip."""

from __future__ import annotations

from django.db.models import QuerySet, Sum
from django.http import HttpResponseBase, StreamingHttpResponse

from documents.errors import DownloadTooLarge
from documents.exports.zip_originals import zip_originals
from documents.messages import Message
from documents.models import Document

#: A download occupies a web thread until it ends.
MOST_DOCUMENTS = 500
MOST_BYTES = 4 * 2**30


def zip_of_originals(documents: QuerySet[Document]) -> HttpResponseBase:
    """A response with one zip. Raises DownloadTooLarge above the limits."""
    chosen = Document.objects.filter(
        id__in=list(documents.values_list("id", flat=True)[: MOST_DOCUMENTS + 1])
    ).order_by("-created_at", "-id")
    originals = list(chosen.values_list("id", "filename"))
    size = chosen.aggregate(size=Sum("size"))["size"] or 0
    if len(originals) > MOST_DOCUMENTS or size > MOST_BYTES:
        raise DownloadTooLarge(
            Message(
                "At most {documents} documents or {size} GB in one download. Select fewer.",
                documents=MOST_DOCUMENTS,
                size=MOST_BYTES // 2**30,
            )
        )
    response = StreamingHttpResponse(zip_originals(originals), content_type="application/zip")
    response["Content-Disposition"] = 'attachment; filename="originals.zip"'
    response["Content-Security-Policy"] = "sandbox"
    return response
