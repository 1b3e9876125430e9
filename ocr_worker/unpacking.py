"""Take a container apart: each of its files becomes a document of its own.

An archive has nothing else, and ends with its files; a message, or a PDF with attachments, has
pages too, which are read afterwards.

The jailed child opens the container and gives its members in pieces; here they are only stored. A
step may be killed anywhere: what has an outcome keeps it, the next attempt goes on behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

import structlog
from django.conf import settings

from documents.actions.store_member import (
    end_unpacking,
    record_members,
    refuse_member,
    refuse_rest,
    refuse_too_deep,
    store_member,
)
from documents.errors import (
    ArchiveError,
    DamagedFile,
    EncryptedArchive,
    FileTooLarge,
    NoDocument,
    PasswordNeeded,
    PasswordUnreadable,
    ReadingError,
    RendererUnavailable,
    TooManyMembers,
    UnpacksTooMuch,
)
from documents.files.filetypes import BZIP2, GZIP, XZ, ZIP, ZSTD
from documents.files.upload_staging import file_too_large
from documents.mailbox.sealed import unseal
from documents.messages import Message
from documents.models import Document
from documents.models.claim import TaskClaim
from ocr_worker.rendering import Limits, MemberFacts, Renderer

log = structlog.get_logger(__name__)

#: Files of one container, and the bytes that they may have together: so much in any case, and so
#: many times the size of the container (text shrinks to a twentieth; a bomb to a thousandth).
MOST_MEMBERS = 2000
FREE_BYTES, MOST_TIMES = 200 * 2**20, 100

#: What systems and programs leave in archives; nobody means it.
_OF_SYSTEMS = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})


#: Types of one compressed file, which need not be an archive.
_COMPRESSED = tuple(kind.mime_type for kind in (GZIP, BZIP2, XZ, ZSTD))

#: Why a part of a message is no document.
_NOTES = {
    "signature": Message("It is the signature of the message; it was not checked."),
    "encrypted": Message("It is encrypted: only the recipient of the message can open it."),
}


def unpack(claim: TaskClaim, document: Document, path: Path) -> None:
    """Make documents of the container's members and record the end.

    Raises LeaseLost; RendererUnavailable, StorageFull and other errors that pass: then the task is
    to be tried again.
    """
    try:
        refuse_too_deep(document)
        with Renderer(Limits(archives=True)) as renderer:
            work = _Unpacking(document, path, renderer, unseal_given(document))
            work.run(claim)
            if work.is_locked:
                raise PasswordNeeded(
                    Message(
                        "Files in the archive are protected by a password. Give it on the "
                        "archive’s page, or unpack it and upload its files."
                    )
                )
            if work.is_closed:
                raise EncryptedArchive(
                    Message(
                        "Files in the archive are protected by a password. Passwords of 7z and RAR "
                        "archives can’t be used here: unpack it on your computer and upload those "
                        "files."
                    )
                )
    except RendererUnavailable:
        raise
    except (ReadingError, TooManyMembers, UnpacksTooMuch) as error:
        if not error.permanent and not claim.is_last_attempt:
            raise
        log.info("unpacking_stopped", document=str(document.id), code=error.code)
        end_unpacking(claim, error)
    else:
        end_unpacking(claim)


def take_attachments(claim: TaskClaim, document: Document, path: Path, renderer: Renderer) -> None:
    """Make documents of what is attached to a document that has pages. What can't be had is a
    refused member: the pages are read all the same.

    Raises LeaseLost; RendererUnavailable, StorageFull and other errors that pass.
    """
    work = _Unpacking(document, path, renderer)
    try:
        work.run(claim, lone=lambda: refuse_too_deep(document))
    except RendererUnavailable:
        raise
    except (ReadingError, TooManyMembers, UnpacksTooMuch) as error:
        if not error.permanent and not claim.is_last_attempt:
            raise
        log.info("attachments_left_out", document=str(document.id), code=error.code)
        if isinstance(error, DamagedFile) and not work.number:
            return  # nothing of it could be looked at: its pages say why, or can be mended
        refuse_rest(document, work.number, error)
    record_members(claim)


def unseal_given(document: Document) -> str:
    """The password that a person has given for this run; "" for none, and for one that was kept
    with another secret key."""
    try:
        return unseal(document.given_password) if document.given_password else ""
    except PasswordUnreadable as error:
        log.warning("password_unreadable", document=str(document.id), reason=error.detail)
        return ""


class _Unpacking:
    def __init__(
        self, document: Document, path: Path, renderer: Renderer, password: str = ""
    ) -> None:
        self._document, self._path, self._renderer = document, path, renderer
        self._password = password
        #: Whether a file was left out that a password would open.
        self.is_locked = False
        #: Whether one was left out that can't be opened here even with one.
        self.is_closed = False
        self._left = FREE_BYTES + MOST_TIMES * document.size
        #: Of the file that is looked at.
        self.number = 0

    def run(self, claim: TaskClaim, lone: Callable[[], None] = lambda: None) -> None:
        """`lone`: called before the first file."""
        done = set(self._document.members.values_list("number", flat=True))
        stored = 0
        for number, member in self._list():
            if not member.is_file or _is_left_out(member.path):
                continue
            if stored == MOST_MEMBERS:
                raise TooManyMembers(
                    Message(
                        "The archive holds more than {most} files; the first are documents now. "
                        "Pack the others into archives of their own.",
                        most=MOST_MEMBERS,
                    )
                )
            if not stored:
                lone()
            stored += 1
            if number not in done:
                claim.refuse_lost()
                self._store(number, member)

    def _list(self) -> Iterator[tuple[int, MemberFacts]]:
        while (
            facts := self._renderer.describe_member(*self._file, self.number, self._password)
        ) is not None:
            yield self.number, facts
            self.number += 1

    def _store(self, number: int, member: MemberFacts) -> None:
        path = member.path
        if path == "data" and self._document.mime_type in _COMPRESSED:
            # One compressed file: it is called as what holds it, without the last suffix.
            path = PurePosixPath(self._document.filename).stem
        error: ArchiveError
        try:
            if member.note:
                raise NoDocument(_NOTES[member.note])
            if member.encrypted:
                self._refuse_closed()
            if member.size is not None and member.size > settings.OCRSITE_MAX_UPLOAD_BYTES:
                raise file_too_large()
            store_member(self._document, number, path, self._pieces(number))
            return
        except (FileTooLarge, NoDocument) as raised:
            error = raised
        except (RendererUnavailable, UnpacksTooMuch):
            raise
        except ReadingError as raised:
            if not raised.permanent:
                raise
            error = raised
        self.is_locked = self.is_locked or isinstance(error, PasswordNeeded)
        self.is_closed = self.is_closed or isinstance(error, EncryptedArchive)
        refuse_member(self._document, number, path, error)

    def _refuse_closed(self) -> None:
        if self._document.mime_type != ZIP.mime_type:
            raise EncryptedArchive(
                Message(
                    "It is protected by a password, and those of 7z and RAR archives can’t be used "
                    "here. Unpack the archive on your computer and upload this file."
                )
            )
        if not self._password:
            raise PasswordNeeded(
                Message("It is protected by a password. Give it on the archive’s page.")
            )

    def _pieces(self, number: int) -> Iterator[bytes]:
        for piece in self._renderer.read_member(*self._file, number, self._password):
            self._left -= len(piece)
            if self._left < 0:
                raise UnpacksTooMuch(
                    Message(
                        "The archive unpacks to far more than its size: unpacking was stopped. "
                        "Unpack it yourself and upload the files that you need."
                    )
                )
            yield piece

    @property
    def _file(self) -> tuple[Path, str]:
        return self._path, self._document.mime_type


def _is_left_out(path: str) -> bool:
    parts = PurePosixPath(path.lower()).parts
    return not parts or parts[0] == "__macosx" or parts[-1] in _OF_SYSTEMS
