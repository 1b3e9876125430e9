"""The upload page. With the script the page sends each file to the API; without it the form with
all chosen files is posted here."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

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
from documents.admin.changelist_state import document_url, redirect_to_list
from documents.admin.forms import UploadForm, report_errors
from documents.admin.requests import actor, show_error
from documents.errors import ArchiveError, NoUploadTeam
from documents.exports.links import documents_url
from documents.files.filetypes import ACCEPTED, ACCEPTED_NAMES
from documents.files.upload_staging import StagedUpload
from documents.http.csrf import csrf_protect
from documents.models import OcrMode, Team

HERE = "admin:documents_document_upload"


@csrf_exempt
def upload_view(request: HttpRequest) -> HttpResponse:
    """GET: the page. POST: an UploadForm.

    Django looks for the CSRF token in the body first, and reading the body writes the files to
    disk. So the user is checked before that: `admin_view` refuses anyone who is not logged in, and
    this view anyone who may not upload. Then the token is checked as for every form.
    """
    teams = list(access.teams_where(request.user, Ability.UPLOAD))
    if not teams:
        show_error(request, NoUploadTeam())
        return redirect_to_list(request)
    try:
        return _protected(request, teams)
    except ArchiveError as error:  # a file grew too large while the body was read
        show_error(request, error)
        return redirect(HERE)


def _show_or_upload(request: HttpRequest, teams: list[Team]) -> HttpResponse:
    if request.method == "POST":
        return _upload_all(request)
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


_protected: Callable[..., HttpResponse] = csrf_protect(_show_or_upload)  # type: ignore[assignment]


def _default_team(request: HttpRequest) -> uuid.UUID | None:
    """The team of an upload that names none. None where the person has to choose: a wrong guess
    would show the document to the wrong people."""
    try:
        return access.team_for_upload(actor(request)).id
    except ArchiveError:
        return None


def _upload_all(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        report_errors(request, form)
        return redirect(HERE)
    for file in form.cleaned_data["files"]:
        if not isinstance(file, StagedUpload):
            raise TypeError("the site's upload handler is not the archive's")
        _upload_one(request, file, form.cleaned_data)
    return redirect(HERE)


def _upload_one(request: HttpRequest, file: StagedUpload, options: dict[str, Any]) -> None:
    """Upload the file and report the outcome. `options`: the values of an UploadForm."""
    name = file.name or _("file")
    try:
        uploaded = upload(
            actor(request),
            file.staged,
            name,
            team_id=options["team"],
            tags=options["tags"] or (),
            ocr=options["ocr"],
        )
    except ArchiveError as error:
        text = _("refused: %(name)s. %(why)s") % {"name": name, "why": error.translated()}
        messages.error(request, text)
        return
    level = constants.SUCCESS if uploaded.created else constants.INFO
    outcome = _("uploaded") if uploaded.created else _("already in the archive")
    url = document_url(uploaded.document.id)
    messages.add_message(request, level, format_html('{}: <a href="{}">{}</a>', outcome, url, name))
