"""The upload page. With the script each file goes to the API by itself; without it the form is
posted here, as many files as were chosen."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.messages import constants
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from documents import access
from documents.access import Ability
from documents.actions.upload import upload
from documents.admin.changelist_state import document_url, see_list
from documents.admin.requests import actor, refuse, sentence
from documents.csrf import csrf_protect
from documents.errors import ArchiveError, NotAllowed, NotFound
from documents.exports.links import documents_url
from documents.files.filetypes import ACCEPTED, ACCEPTED_NAMES
from documents.files.upload_staging import StagedUpload
from documents.models import OcrMode, Team

HERE = "admin:documents_document_upload"


@csrf_exempt
def upload_view(request: HttpRequest) -> HttpResponse:
    """GET: the page. POST: `files`, `team`, `tags`, `ocr`.

    Django looks for the CSRF token in the body first, and reading the body takes the files to
    disk. So who is not logged in is turned away (by `admin_view`, and who may not upload here)
    before anything looks at it; then the token is checked as for every form.
    """
    teams = list(access.teams_where(request.user, Ability.UPLOAD))
    if not teams:
        refuse(request, NotAllowed("None of your teams lets you upload."))
        return see_list(request)
    try:
        return protected(request, teams)
    except ArchiveError as error:  # a file that grew too large while it came in
        refuse(request, error)
        return redirect(HERE)


def _checked(request: HttpRequest, teams: list[Team]) -> HttpResponse:
    if request.method == "POST":
        return _take(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Upload documents"),
        "teams": teams,
        "api_url": documents_url(),
        "default_team": _default_team(request),
        "ocr_modes": OcrMode.choices,
        "accept": ",".join(
            [kind.mime_type for kind in ACCEPTED]
            + [suffix for kind in ACCEPTED for suffix in kind.suffixes]
        ),
        "accepted": ACCEPTED_NAMES,
        "most_mb": settings.OCRSITE_MAX_UPLOAD_BYTES // 2**20,
        "most_bytes": settings.OCRSITE_MAX_UPLOAD_BYTES,
    }
    return render(request, "admin/documents/document/upload.html", context)


protected: Callable[..., HttpResponse] = csrf_protect(_checked)  # type: ignore[assignment]


def _default_team(request: HttpRequest) -> uuid.UUID | None:
    """Where an upload goes that names no team; None where the person has to choose: a wrong team
    is shown what it must not see."""
    try:
        return access.team_for_upload(actor(request)).id
    except ArchiveError:
        return None


def _take(request: HttpRequest) -> HttpResponse:
    files = request.FILES.getlist("files")
    if not files:
        messages.error(request, _("Choose at least one file."))
        return redirect(HERE)
    for file in files:
        if not isinstance(file, StagedUpload):
            raise TypeError("the site's upload handler is not the archive's")
        _take_one(request, file)
    return redirect(HERE)


def _take_one(request: HttpRequest, file: StagedUpload) -> None:
    name = file.name or _("file")
    try:
        uploaded = upload(
            actor(request),
            file.staged,
            name,
            team_id=_team_id(request),
            tags=request.POST.get("tags", "").split(","),
            ocr=request.POST.get("ocr") or OcrMode.AUTO,
        )
    except ArchiveError as error:
        said = _("refused: %(name)s. %(why)s") % {"name": name, "why": sentence(error)}
        messages.error(request, said)
        return
    level = constants.SUCCESS if uploaded.created else constants.INFO
    outcome = _("uploaded") if uploaded.created else _("was already there")
    url = document_url(uploaded.document.id)
    messages.add_message(request, level, format_html('{}: <a href="{}">{}</a>', outcome, url, name))


def _team_id(request: HttpRequest) -> uuid.UUID | None:
    value = request.POST.get("team", "")
    try:
        return uuid.UUID(value) if value else None
    except ValueError:
        raise NotFound(f"There is no team {value} here.") from None
