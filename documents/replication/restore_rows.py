"""The rows of a restored document, in three steps of one transaction each.

First the document without pages, then page by page, last everything else and the version: an
interruption leaves a document whose version is 0, which the next attempt replaces.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from documents.events import announce_changed, commit_version
from documents.files.figures import figure_key
from documents.models import (
    Document,
    Member,
    MirroredFile,
    Page,
    PageRevision,
    PageStatus,
    Reading,
    Stack,
    Status,
    Task,
    Team,
    User,
)
from documents.models.arrangement import set_page_origins
from documents.models.event import EventKind
from documents.models.fields import pack
from documents.models.tag_names import get_or_create_tags
from documents.replication.manifest import (
    IDS,
    PLAIN_FIELDS,
    READING_FIELDS,
    TIMES,
    list_figures,
    parse_figures,
)
from documents.replication.reading_files import list_text_files
from documents.signals import announce, pages_waiting, tasks_waiting
from documents.text.arranged import ArrangedPage
from documents.text.timestamps import parse_iso_time


def reset_document(document_id: uuid.UUID, team: Team, manifest: dict[str, Any]) -> None:
    """Create or replace the document, without pages, below every version and with no task.

    Raises IntegrityError where the team has the same file as another document.
    """
    facts = manifest["document"]
    with transaction.atomic():
        Page.objects.filter(document=document_id).delete()
        MirroredFile.objects.filter(document=document_id).delete()
        Document.objects.update_or_create(
            id=document_id,
            defaults={
                "team": team,
                **{name: facts[name] for name in ("title", "filename", "sha256", "size")},
                "mime_type": facts["mime_type"],
                "status": Status.FAILED,
                "task": Task.NONE,
                "version": 0,
                "manifest_version": 0,
                "mirrored_version": 0,
                "page_count": None,
            },
        )
        announce_changed([document_id])


def create_page(document_id: uuid.UUID, facts: dict[str, Any], layouts: dict[str, Any]) -> None:
    """Create a manifest's page with its readings and corrections; `layouts` by their keys."""
    packed = {key: pack(layout) for key, layout in layouts.items()}
    error = facts["error"] or {}
    # A page that was being read when the manifest was written is read again.
    is_running = facts["status"] == PageStatus.RUNNING
    checked = facts.get("checked") or {}
    with transaction.atomic():
        page = Page.objects.create(
            document_id=document_id,
            number=facts["number"],
            status=PageStatus.PENDING if is_running else facts["status"],
            revision=facts["revision"],
            error_code=error.get("code", ""),
            error_detail=error.get("detail", ""),
            error_message=error.get("message"),
            language=facts.get("language"),
            answers=facts.get("answers", {}),
            checked_at=parse_iso_time(checked["at"]) if checked else None,
            checked_by=_find_user(checked.get("by")),
        )
        readings = {
            reading["run"]: Reading.objects.create(
                page=page,
                layout=packed[reading["key"]],
                created_at=parse_iso_time(reading["created_at"]),
                figures=[figure.facts() for figure in parse_figures(reading)],
                flags=reading.get("flags", ()),
                **{name: reading[name] for name in READING_FIELDS},
            )
            for reading in facts["readings"]
        }
        corrections = {
            correction["number"]: PageRevision.objects.create(
                page=page,
                number=correction["number"],
                based_on=readings[correction["run"]],
                author=_find_user(correction["author"]),
                layout=packed[correction["key"]],
                created_at=parse_iso_time(correction["created_at"]),
            )
            for correction in facts["corrections"]
        }
        page.current_reading = readings.get(facts["current_run"])
        page.current_revision = corrections.get(facts["current_correction"])
        page.save(update_fields=["current_reading", "current_revision"])


def complete_document(
    document_id: uuid.UUID, manifest: dict[str, Any], *, is_mirrored: bool, lost_changes: list[str]
) -> None:
    """Set everything else, commit the manifest's version, and queue what was under way.

    `lost_changes`: people's changes that gave way to this version; its event names them.
    """
    facts = manifest["document"]
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).get(id=document_id)
        for name in PLAIN_FIELDS:
            setattr(document, name, facts[name])
        for name in TIMES:
            setattr(document, name, parse_iso_time(facts[name]) if facts[name] else None)
        for name in IDS:
            setattr(document, name, uuid.UUID(facts[name]) if facts[name] else None)
        _link_editions(document)
        document.created_by = _find_user(manifest["people"]["created_by"])
        document.reviewed_by = _find_user(manifest["people"]["reviewed_by"])
        document.held_by = _find_user(manifest["people"].get("held_by"))
        document.assigned_to = _find_user(manifest["people"].get("assigned_to"))
        document.result_files = {
            file["key"].rpartition(".")[2]: {"sha256": file["sha256"], "size": file["size"]}
            for file in manifest["files"][1:]
        }
        _restore_members(document, manifest.get("members", ()))
        _restore_stack(document, manifest.get("stack"))
        set_page_origins(document, map(ArrangedPage.from_json, manifest.get("made_of", ())))
        document.pages_done = document.pages.filter(status=PageStatus.DONE).count()
        document.pages_failed = document.pages.filter(status=PageStatus.FAILED).count()
        document.pages_skipped = document.pages.filter(status=PageStatus.SKIPPED).count()
        _queue_unfinished_work(document)
        data: dict[str, Any] = {"gave_way": lost_changes} if lost_changes else {}
        commit_version(document, manifest["version"], EventKind.ADOPTED, **data)
        _list_one_edition(document)
        if is_mirrored:
            record_mirrored(document, manifest)
        document.tags.set(get_or_create_tags(document.team, manifest["tags"]))


def record_mirrored(document: Document, manifest: dict[str, Any]) -> None:
    """Record that the bucket has the document in the version of `manifest`, with all its files."""
    Document.objects.filter(id=document.id).update(mirrored_version=manifest["version"])
    MirroredFile.objects.filter(document=document).delete()
    files = [(file["key"], file["sha256"]) for file in manifest["files"]]
    files += [(text.key, text.digest) for text in list_text_files(manifest)]
    files += [
        (figure_key(document.id, figure.name), figure.sha256) for figure in list_figures(manifest)
    ]
    MirroredFile.objects.bulk_create(
        (MirroredFile(document=document, key=key, digest=digest) for key, digest in files),
        batch_size=1000,
    )


def _link_editions(document: Document) -> None:
    """Set what replaces it, and that it replaces another: whichever of them is restored first."""
    newer = Document.objects.filter(replaces=document.id).values_list("id", flat=True).first()
    document.replaced_by = newer
    if document.replaces is not None:
        older = Document.objects.filter(id=document.replaces, replaced_by=None)
        if older.update(replaced_by=document.id):
            announce_changed([document.replaces])


def _list_one_edition(document: Document) -> None:
    """Where manifests of before and after a change of the editions' order were restored, each may
    say that it is replaced: then the highest is the newest, so that none is hidden forever."""
    editions = Document.objects.editions_of(document)
    if document.is_replaced and not editions.newest().exists():
        highest = editions[0]
        Document.objects.filter(id=highest.id).update(replaced_by=None)
        announce_changed([highest.id])


def _queue_unfinished_work(document: Document) -> None:
    """Set the task that was pending or running when the manifest was written."""
    document.task = Task.NONE
    if document.status == Status.QUEUED or (
        document.status == Status.PROCESSING and document.page_count is None
    ):
        document.task = Task.PREPARE
        announce(tasks_waiting)
    elif document.status == Status.PROCESSING:
        has_ended = document.pages_left == 0
        document.task = Task.FINISH if has_ended else Task.NONE
        announce(tasks_waiting)
        announce(pages_waiting)
    elif document.has_results and document.results_version != document.content_version + 1:
        # A correction was saved, and its results were not assembled yet.
        document.task = Task.FINISH
        announce(tasks_waiting)


def _restore_members(document: Document, members: Iterable[dict[str, Any]]) -> None:
    document.members.all().delete()
    for facts in members:
        error = facts["error"] or {}
        Member.objects.create(
            container=document,
            **{name: facts[name] for name in ("number", "path", "outcome", "document")},
            pages=facts.get("pages", ""),
            error_code=error.get("code", ""),
            error_detail=error.get("detail", ""),
            error_message=error.get("message"),
        )


def _restore_stack(document: Document, facts: dict[str, Any] | None) -> None:
    Stack.objects.filter(document=document).delete()
    if facts is not None:
        Stack.objects.create(document=document, **facts)


def _find_user(username: str | None) -> User | None:
    return User.objects.filter(username=username).first() if username else None
