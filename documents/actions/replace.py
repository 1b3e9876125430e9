"""Replace a document by another file: its next edition, which people call a new version."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from documents import access
from documents.access import Ability
from documents.actions.upload import Uploaded, sent_by, store_new
from documents.errors import EmptyFile, SameFile
from documents.events import commit_change
from documents.files.filenames import safe_name
from documents.files.filetypes import FileType
from documents.files.sniff import sniff
from documents.files.upload_staging import StagedFile
from documents.messages import Message
from documents.models import Document, Origin, Task, User
from documents.models.event import EventKind
from documents.text.arranged import ArrangedPage


def replace(
    document_id: uuid.UUID,
    staged: StagedFile,
    filename: str,
    *,
    actor: User | None,
    origin: Origin | None = None,
    made_of: Sequence[ArrangedPage] = (),
) -> Uploaded:
    """Store the staged file as a document that takes the place of this one. Deletes the file.

    The new one has its team, title, tags, wishes for reading and legal hold, and waits for a review
    of its own; the old one stays as it is, under its own id. Sent twice, or with the file that the
    document has already: nothing happens, and `created` is False. `made_of`: the pages of the
    archive that the file was made of.

    Raises NotFound, NotAllowed, InTrash, Replaced (another edition was first), SameFile (another
    document has these bytes), EmptyFile, UnsupportedFileType, StorageFull.
    """
    try:
        access.require(actor, Ability.UPLOAD, document_id)
        old = access.require(actor, Ability.EDIT, document_id)
        if staged.size == 0:
            raise EmptyFile(Message("The file is empty: it has no bytes. Choose the file again."))
        with staged.path.open("rb") as file:
            kind = sniff(staged.head, file)
        same = Document.objects.filter(team=old.team, sha256=staged.sha256).first()
        if same is not None:
            return _answer_same(old, same)
        old.refuse_if_closed()
        new = _next_edition(old, staged, filename, kind, actor, origin or sent_by(actor))
        tags = list(old.tags.values_list("name", flat=True))
        facts: dict[str, str | int] = {"edition": new.edition, "replaces": str(old.id)}
        stored = store_new(
            new,
            staged,
            tags,
            actor=actor,
            before=lambda: _mark(old.id, new, actor),
            way=None,
            made_of=made_of,
            **facts,
        )
        return stored if stored.created else _answer_same(old, stored.document)
    finally:
        staged.discard()


def _answer_same(old: Document, same: Document) -> Uploaded:
    """`same` has these bytes. Raises SameFile unless it is the very document, or its next edition:
    then the request came twice."""
    if old.id in (same.id, same.replaces):
        return Uploaded(same, created=False)
    if same.first_edition == old.first_edition:
        message = Message(
            "This file is version {edition} of the document already: {same}.",
            edition=same.edition,
            same=same.id,
        )
    else:
        message = Message(
            "The team has this file already, as “{title}”: {same}.", title=same.title, same=same.id
        )
    raise SameFile(message, document=same.id)


def _next_edition(
    old: Document,
    staged: StagedFile,
    filename: str,
    kind: FileType,
    actor: User | None,
    origin: Origin,
) -> Document:
    new = Document(
        id=uuid.uuid4(),
        team=old.team,
        created_by=actor or old.created_by,
        title=old.title,
        filename=safe_name(filename, kind.suffixes),
        sha256=staged.sha256,
        size=staged.size,
        mime_type=kind.mime_type,
        language=old.language if old.language_chosen else "",
        language_chosen=old.language_chosen,
        ocr=old.ocr,
        requested_engine=old.requested_engine,
        requested_engine_version=old.requested_engine_version,
        priority=old.priority,
        task=Task.PREPARE,
        edition=old.edition + 1,
        edition_of=old.first_edition,
        replaces=old.id,
    )
    new.set_origin(origin)
    return new


def _mark(old_id: uuid.UUID, new: Document, actor: User | None) -> None:
    """In the transaction of the new one. Raises NotFound, InTrash, Replaced."""
    old = Document.objects.lock(old_id)
    old.refuse_if_closed()
    new.held_at, new.held_by, new.hold_reason = old.held_at, old.held_by, old.hold_reason
    old.replaced_by = new.id
    commit_change(old, EventKind.REPLACED, actor, by=str(new.id))
