"""Open a protected file with the password that a person gives, and have it read."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.conf import settings
from django.utils.module_loading import import_string

from documents import access
from documents.access import Ability
from documents.actions.reprocess import ALL, FAILED, reprocess
from documents.errors import InvalidRequest, NotLocked, PasswordNeeded, WrongPassword
from documents.exports.page_images import render_slot
from documents.exports.unlocked_copy import store_unlocked_copy
from documents.files.storage import original_file
from documents.mailbox.sealed import seal
from documents.messages import Message
from documents.models import Document, User
from documents.models.recognition import UNFINISHED

#: Characters; PDF 2.0 uses 127 bytes.
PASSWORD_LENGTH = 200


def needs_password(document: Document) -> bool:
    """Whether the document was not read, or not whole, because its file is protected."""
    return document.error_code == PasswordNeeded.code and document.status not in UNFINISHED


def unlock(document_id: uuid.UUID, *, actor: User | None, password: str) -> Document:
    """Start a new run that reads it.

    Of a PDF a copy without its protection is kept, and the password nowhere; of other files the
    password is kept sealed until the run has opened them. It is tried here, in one rendering child.
    Raises NotFound,
    NotAllowed, Conflict (in the trash; NotLocked), InvalidRequest (WrongPassword), Busy while this
    process draws pages, OriginalMissing and other ReadingErrors, StorageFull.
    """
    document = access.require(actor, Ability.REPROCESS, document_id)
    document.refuse_if_trashed()
    if not needs_password(document):
        raise NotLocked(document=document.id)
    if not 0 < len(password) <= PASSWORD_LENGTH:
        message = Message("A password has 1 to {most} characters.", most=PASSWORD_LENGTH)
        raise InvalidRequest.for_field("password", message)
    open_file: Callable[..., bytes] = import_string(settings.OCRSITE_UNLOCKER)
    with original_file(document.id, document.filename) as path, render_slot.take():
        try:
            content = open_file(str(path), document.mime_type, password)
        except PasswordNeeded:
            message = Message("This password does not open the file. Try again.")
            raise WrongPassword.for_field("password", message) from None
    if not content:
        return reprocess(document.id, actor=actor, given_password=seal(password))
    store_unlocked_copy(document.id, content)
    return reprocess(document.id, actor=actor, pages=ALL if document.page_count is None else FAILED)
