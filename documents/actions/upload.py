"""Add a file to the archive: refuse it, find the document that it is, or store it as a new one."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from documents import access
from documents.access.abilities import limits_of
from documents.actions.ask_for_pages import ask_for_pages
from documents.actions.asked_for import AskedFor, parse_asked
from documents.actions.reprocess import FAILED, reprocess
from documents.actions.split_stack import (
    SPLITTABLE,
    is_splittable,
    is_stack,
    make_stack,
    parse_way,
    split_stack,
)
from documents.actions.untrash import untrash
from documents.errors import EmptyFile, InvalidRequest, OriginalMissing
from documents.events import commit_version
from documents.files.disk_errors import map_disk_errors
from documents.files.filenames import clean_name, safe_name, title_from_filename
from documents.files.filetypes import FileType
from documents.files.keys import original_key
from documents.files.sniff import sniff
from documents.files.storage import archive
from documents.files.upload_staging import StagedFile
from documents.messages import Message
from documents.models import Document, OcrMode, Origin, OriginKind, Priority, Task, Team, User
from documents.models.arrangement import set_page_origins
from documents.models.event import EventKind
from documents.models.tag_names import get_or_create_tags, normalize_tag_name
from documents.signals import announce, tasks_waiting
from documents.text.arranged import ArrangedPage
from documents.text.language_codes import validate_language
from documents.text.split import Split
from documents.text.validation import validate_text

TITLE_LENGTH = 500


@dataclass(frozen=True)
class Uploaded:
    """`created` is False where the team already had a document of the same bytes: this one."""

    document: Document
    created: bool


def upload(
    actor: User | None,
    staged: StagedFile,
    filename: str,
    *,
    team_id: uuid.UUID | None = None,
    title: str = "",
    tags: Iterable[str] = (),
    language: str = "",
    ocr: str = OcrMode.AUTO,
    engine: str = "",
    origin: Origin | None = None,
    created_by: User | None = None,
    engine_version: str = "",
    pages: str = "",
    priority: str = Priority.NORMAL.word,
    split: str = "",
    made_of: Sequence[ArrangedPage] = (),
) -> Uploaded:
    """Store the staged file as a document of a team of `actor`. Deletes the staged file.

    `origin`: whence it came, where `actor` did not send it in a request of their own. `created_by`:
    for whom SYSTEM uploads it.

    When this returns, the original is flushed to disk and the row is committed. Raises EmptyFile,
    UnsupportedFileType, InvalidRequest, NotFound or NotAllowed (the team), EngineNotRunning (the
    `engine` that is to read it; "": any), TooManyUrgent (the `priority`: low, normal, high),
    StorageFull. `pages`: ranges as "1,3-7", "" for all; pages that the document has not are told
    once they are counted. Where the team has the file, pages that nobody asked for yet are read,
    too (PagesOutOfRange where they are known not to exist). `split`: how a PDF or TIFF that is a
    stack of sheets becomes documents (see `documents.text.split`); a file of another kind has no
    sheets and is stored as it is. The stack itself is not read. `made_of`: the pages of the archive
    that the file was made of, in their order.
    """
    try:
        team = access.team_for_upload(actor, team_id)
        language = validate_language(language)
        title = validate_text(title, field="title").strip()[:TITLE_LENGTH]
        tags = [normalize_tag_name(name, field="tags") for name in tags]
        if ocr not in OcrMode.values:
            known = ", ".join(OcrMode.values)
            message = Message("{field} is one of {choices}.", field="ocr", choices=known)
            raise InvalidRequest.for_field("ocr", message)
        way = parse_way(split)
        asked = parse_asked(team, pages, engine, engine_version, priority)
        if staged.size == 0:
            raise EmptyFile(Message("The file is empty: it has no bytes. Choose the file again."))
        with staged.path.open("rb") as file:
            kind = sniff(staged.head, file)
        same = _find_same(actor, team, staged)
        if same is not None:
            if is_stack(same.id):
                return Uploaded(same, created=False)
            if way is not None and is_splittable(same):
                return Uploaded(split_stack(same.id, split, actor=actor), created=False)
            return Uploaded(ask_for_pages(same, asked.pages, actor=actor), created=False)
        called = title_from_filename(clean_name(filename, kind.suffixes))
        return _store(
            actor,
            team,
            staged,
            safe_name(filename, kind.suffixes),
            kind,
            title=title or called[:TITLE_LENGTH],
            tags=tags,
            language=language,
            ocr=ocr,
            origin=origin or sent_by(actor),
            created_by=actor or created_by,
            asked=asked,
            way=way if kind in SPLITTABLE else None,
            made_of=made_of,
        )
    finally:
        staged.discard()


def sent_by(actor: User | None) -> Origin:
    if actor is None:
        return Origin()
    limits = limits_of(actor)
    return Origin(OriginKind.BROWSER) if limits is None else Origin(OriginKind.API, limits.name)


def _find_same(actor: User | None, team: Team, staged: StagedFile) -> Document | None:
    document = Document.objects.filter(team=team, sha256=staged.sha256).first()
    if document is None:
        return None
    key = original_key(document.id, document.filename)
    if not archive().exists(key):
        # The document lost its original, and this upload has the same bytes.
        archive().put(key, staged.path)
    if document.is_trashed:
        document = untrash(document.id, actor=actor)
    elif document.is_replaced:
        _untrash_newest(document, actor)
    if _lost_its_original(document):
        document = reprocess(document.id, actor=actor, pages=FAILED)
    return document


def _untrash_newest(document: Document, actor: User | None) -> None:
    """An older edition lies in the trash where the newest does."""
    for newest in Document.objects.editions_of(document).trashed():
        untrash(newest.id, actor=actor)


def _lost_its_original(document: Document) -> bool:
    """Whether the document, or any page of it, was given up because the file was not there."""
    return (
        document.error_code == OriginalMissing.code
        or document.pages.failed().filter(error_code=OriginalMissing.code).exists()
    )


def _store(
    actor: User | None,
    team: Team,
    staged: StagedFile,
    filename: str,
    kind: FileType,
    *,
    title: str,
    tags: list[str],
    language: str,
    ocr: str,
    origin: Origin,
    created_by: User | None,
    asked: AskedFor,
    way: Split | None,
    made_of: Sequence[ArrangedPage],
) -> Uploaded:
    document = Document(
        id=uuid.uuid4(),
        team=team,
        created_by=created_by,
        title=title,
        filename=filename,
        sha256=staged.sha256,
        size=staged.size,
        mime_type=kind.mime_type,
        language=language,
        language_chosen=bool(language),
        ocr=ocr,
        requested_engine=asked.engine,
        requested_engine_version=asked.engine_version,
        requested_pages=asked.pages,
        priority=asked.priority,
        task=Task.PREPARE,
    )
    document.set_origin(origin)
    return store_new(document, staged, tags, actor=actor, way=way, made_of=made_of)


def store_new(
    document: Document,
    staged: StagedFile,
    tags: list[str],
    *,
    actor: User | None,
    before: Callable[[], None] = lambda: None,
    way: Split | None = None,
    made_of: Sequence[ArrangedPage] = (),
    **facts: str | int,
) -> Uploaded:
    """Store the file and the new row of `document`, a document of these bytes; where the team has
    one already, that is it. `tags`: normalized names. `before`: called in the transaction, before
    the row is there; it raises what speaks against it. `way`: how a stack is split. `made_of`: the
    pages of the archive that the file was made of. `facts` stand in the event.

    Raises StorageFull.
    """
    team, filename = document.team, document.filename
    # The file before the row: a crash between the two leaves an orphaned file, never a document
    # without its original.
    archive().put(original_key(document.id, filename), staged.path)
    try:
        with map_disk_errors(), transaction.atomic():
            before()
            commit_version(document, 1, EventKind.UPLOADED, actor, filename=filename, **facts)
            if way is not None:
                make_stack(document, way, actor)
            if made_of:
                set_page_origins(document, made_of)
            if tags:
                document.tags.set(get_or_create_tags(team, tags))
            announce(tasks_waiting)
    except IntegrityError:
        # Of two uploads of the same bytes at once, the other was first.
        archive().delete_tree(f"documents/{document.id}")
        first = Document.objects.filter(team=team, sha256=staged.sha256).first()
        if first is None:
            raise
        return Uploaded(first, created=False)
    except BaseException:
        # A commit whose confirmation was lost may have succeeded: then the row needs its file.
        if not Document.objects.filter(id=document.id).exists():
            archive().delete_tree(f"documents/{document.id}")
        raise
    return Uploaded(document, created=True)
