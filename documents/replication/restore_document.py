"""Take a document in from its manifest: it becomes, row for row, what its manifest says.

Used where the database is older than the copies beside it, or gone. Safe to run twice, and after
it was broken off: a document has its manifest's version only when all of it is there.
"""

from __future__ import annotations

import datetime
import enum
import uuid
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from documents.actions.tagging import tags_named
from documents.errors import DamagedCopy
from documents.events import announce_changed, commit_version
from documents.files.figures import figure_key
from documents.files.keys import manifest_key
from documents.files.storage import archive
from documents.models import (
    Document,
    MirroredFile,
    Page,
    PageRevision,
    PageStatus,
    Reading,
    Status,
    Task,
    Team,
    Tombstone,
    User,
)
from documents.models.event import EventKind
from documents.models.fields import pack
from documents.replication import conflicts, reading_files
from documents.replication import manifest as manifests
from documents.replication.sources import Source
from documents.replication.sync import alone_with
from documents.signals import announce, pages_waiting, tasks_waiting

log = structlog.get_logger(__name__)


class Outcome(enum.Enum):
    """What became of a manifest."""

    TAKEN = "taken in"
    UPDATED = "brought up to date"
    KNOWN = "known already, in this version or a newer one"
    PURGED = "purged, and stays so"
    DUPLICATE = "left out: the team has the same file as another document"


def adopt(manifest: dict[str, Any], source: Source) -> Outcome:
    """Bring the document to what `manifest` says, unless the archive knows better.

    What the bucket has and this database has not seen was written by another container, and is
    right however many changes were made here meanwhile: those were never called mirrored. Every
    text is read and checked before anything changes. Raises DamagedCopy where one is missing
    or not what the manifest says, BucketError, OSError, StorageFull.
    """
    try:
        document_id = uuid.UUID(manifest["document"]["id"])
        return _adopt(document_id, manifest, source)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedCopy(f"A manifest makes no sense: {type(error).__name__}: {error}.") from error


def _adopt(document_id: uuid.UUID, manifest: dict[str, Any], source: Source) -> Outcome:
    if Tombstone.objects.filter(document_id=document_id).exists():
        return Outcome.PURGED
    known = Document.objects.filter(id=document_id).first()
    if known is None:
        return _take(document_id, manifest, source, known)
    if conflicts.is_known(known, manifest["version"], source):
        return Outcome.KNOWN
    # What is being sent to the bucket at this moment comes back as something not seen yet.
    with alone_with(document_id) as keeper:
        known = Document.objects.filter(id=document_id).first()
        if (
            keeper is None
            or known is None
            or conflicts.is_known(known, manifest["version"], source)
        ):
            return Outcome.KNOWN
        if source.is_mirror and conflicts.is_same(known, manifest):
            # The database was copied a moment before it noted that the bucket has this.
            with transaction.atomic():
                _note_mirrored(known, manifest)
            return Outcome.KNOWN
        return _take(document_id, manifest, source, known)


def _take(
    document_id: uuid.UUID, manifest: dict[str, Any], source: Source, known: Document | None
) -> Outcome:
    team = _team(manifest["team"])
    same = Document.objects.filter(team=team, sha256=manifest["document"]["sha256"])
    if same.exclude(id=document_id).exists():
        return Outcome.DUPLICATE
    manifests.figures_in(manifest)
    _bring_texts(manifest, source)
    gave_way = conflicts.not_mirrored(known) if known is not None and source.is_mirror else []
    try:
        _begin(document_id, team, manifest)
    except IntegrityError:
        return Outcome.DUPLICATE
    if source.is_mirror:
        # This disk's may be of a higher version, which gives way.
        archive().path(manifest_key(document_id)).unlink(missing_ok=True)
    for page in manifest["pages"]:
        _adopt_page(document_id, page, _layouts(page))
    _finish(document_id, manifest, mirrored=source.is_mirror, gave_way=gave_way)
    if gave_way:
        log.warning("changes_gave_way", document=str(document_id), version=manifest["version"],
                    changes=gave_way)  # fmt: skip
    return Outcome.TAKEN if known is None else Outcome.UPDATED


def _team(named: dict[str, str]) -> Team:
    team_id, name = uuid.UUID(named["id"]), named["name"]
    found = Team.objects.filter(id=team_id).first()
    if found is not None:
        return found
    if Team.objects.filter(name=name).exists():
        name = f"{name} ({str(team_id)[:8]})"
    return Team.objects.create(id=team_id, name=name)


def _begin(document_id: uuid.UUID, team: Team, manifest: dict[str, Any]) -> None:
    """The document without its pages, of a version below every other, worked on by nobody."""
    said = manifest["document"]
    with transaction.atomic():
        Page.objects.filter(document=document_id).delete()
        MirroredFile.objects.filter(document=document_id).delete()
        Document.objects.update_or_create(
            id=document_id,
            defaults={
                "team": team,
                **{name: said[name] for name in ("title", "filename", "sha256", "size")},
                "mime_type": said["mime_type"],
                "status": Status.FAILED,
                "task": Task.NONE,
                "version": 0,
                "manifest_version": 0,
                "mirrored_version": 0,
                "page_count": None,
            },
        )
        announce_changed([document_id])


def _bring_texts(manifest: dict[str, Any], source: Source) -> None:
    """Every text onto this disk, where it is kept anyway; their names tell what is in them."""
    for text in reading_files.named_in(manifest):
        if not archive().exists(text.key):
            content = source.read(text.key)
            reading_files.decoded(content, text.digest, text.key)
            archive().write(text.key, content)


def _layouts(page: dict[str, Any]) -> dict[str, Any]:
    """The page's texts by their keys. Read before, and not in, a transaction."""
    return {
        text.key: reading_files.decoded(
            archive().path(text.key).read_bytes(), text.digest, text.key
        )
        for text in reading_files.named_in({"pages": [page]})
    }


def _adopt_page(document_id: uuid.UUID, said: dict[str, Any], layouts: dict[str, Any]) -> None:
    packed = {key: pack(layout) for key, layout in layouts.items()}
    error = said["error"] or {}
    with transaction.atomic():
        page = Page.objects.create(
            document_id=document_id,
            number=said["number"],
            # A page that was being read when the manifest was written is read by somebody else.
            status=PageStatus.PENDING if said["status"] == PageStatus.RUNNING else said["status"],
            revision=said["revision"],
            error_code=error.get("code", ""),
            error_detail=error.get("detail", ""),
        )
        readings = {
            reading["run"]: Reading.objects.create(
                page=page,
                layout=packed[reading["key"]],
                created_at=_moment(reading["created_at"]),
                figures=[figure.facts() for figure in manifests.figures_of(reading)],
                flags=reading.get("flags", ()),
                **{name: reading[name] for name in manifests.READING_FIELDS},
            )
            for reading in said["readings"]
        }
        corrections = {
            found["number"]: PageRevision.objects.create(
                page=page,
                number=found["number"],
                based_on=readings[found["run"]],
                author=_user(found["author"]),
                layout=packed[found["key"]],
                created_at=_moment(found["created_at"]),
            )
            for found in said["corrections"]
        }
        page.current_reading = readings.get(said["current_run"])
        page.current_revision = corrections.get(said["current_correction"])
        page.save(update_fields=["current_reading", "current_revision"])


def _finish(
    document_id: uuid.UUID, manifest: dict[str, Any], *, mirrored: bool, gave_way: list[str]
) -> None:
    said = manifest["document"]
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).get(id=document_id)
        for name in manifests.PLAIN_FIELDS:
            setattr(document, name, said[name])
        for name in manifests.TIMES:
            setattr(document, name, _time(said[name]))
        document.created_by = _user(manifest["people"]["created_by"])
        document.reviewed_by = _user(manifest["people"]["reviewed_by"])
        document.result_files = {
            file["key"].rpartition(".")[2]: {"sha256": file["sha256"], "size": file["size"]}
            for file in manifest["files"][1:]
        }
        document.pages_done = document.pages.filter(status=PageStatus.DONE).count()
        document.pages_failed = document.pages.filter(status=PageStatus.FAILED).count()
        _owe_the_rest(document)
        data: dict[str, Any] = {"gave_way": gave_way} if gave_way else {}
        commit_version(document, manifest["version"], EventKind.ADOPTED, **data)
        if mirrored:
            _note_mirrored(document, manifest)
        document.tags.set(tags_named(document.team, manifest["tags"]))


def _owe_the_rest(document: Document) -> None:
    """What was under way when the manifest was written goes on here."""
    document.task = Task.NONE
    if document.status == Status.QUEUED or (
        document.status == Status.PROCESSING and document.page_count is None
    ):
        document.task = Task.PREPARE
        announce(tasks_waiting)
    elif document.status == Status.PROCESSING:
        settled = document.pages_done + document.pages_failed == document.page_count
        document.task = Task.FINISH if settled else Task.NONE
        announce(tasks_waiting)
        announce(pages_waiting)
    elif document.has_results and document.results_version != document.content_version + 1:
        # A correction was kept before the results with it were assembled.
        document.task = Task.FINISH
        announce(tasks_waiting)


def _note_mirrored(document: Document, manifest: dict[str, Any]) -> None:
    Document.objects.filter(id=document.id).update(mirrored_version=manifest["version"])
    MirroredFile.objects.filter(document=document).delete()
    named = [(file["key"], file["sha256"]) for file in manifest["files"]]
    named += [(text.key, text.digest) for text in reading_files.named_in(manifest)]
    named += [
        (figure_key(document.id, figure.name), figure.sha256)
        for figure in manifests.figures_in(manifest)
    ]
    MirroredFile.objects.bulk_create(
        (MirroredFile(document=document, key=key, digest=digest) for key, digest in named),
        batch_size=1000,
    )


def _user(name: str | None) -> User | None:
    return User.objects.filter(username=name).first() if name else None


def _time(text: str | None) -> datetime.datetime | None:
    return _moment(text) if text else None


def _moment(text: str) -> datetime.datetime:
    # Python 3.10 does not know the Z.
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
