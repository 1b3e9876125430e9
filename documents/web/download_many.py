"""Files of many documents as one zip, sent while it is built."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from documents.actions.download_many import download_many
from documents.errors import ArchiveError
from documents.exports.zip_documents import ZIP_KINDS
from documents.http.audit_reads import note_export
from documents.text.validation import parse_uuid
from documents.web.guard import for_people, person


@require_POST
@for_people
def download_view(request: HttpRequest) -> HttpResponseBase:
    """POST `kind` (of ZIP_KINDS) and `ids`, with commas between."""
    ids = [id_ for text in request.POST.get("ids", "").split(",") if (id_ := parse_uuid(text))]
    kind = request.POST.get("kind", "")
    try:
        chunks = download_many(ids, [kind], actor=person(request))
    except ArchiveError as error:
        messages.error(request, error.translated())
        return redirect("web:documents")
    note_export(person(request), ids, f"{ZIP_KINDS[kind]}.zip")
    response = StreamingHttpResponse(chunks, content_type="application/zip")
    name = f"{ZIP_KINDS[kind]}.zip"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Content-Security-Policy"] = "sandbox"
    return response


urlpatterns = [path("documents/download/", download_view, name="download")]
