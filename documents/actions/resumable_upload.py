"""Take a file in pieces, over a line that may break: begin, append, give up."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.asked_for import refuse_wrong_wishes
from documents.actions.replace import replace
from documents.actions.request_fetch import REPLACES
from documents.actions.upload import upload
from documents.errors import (
    EmptyFile,
    InvalidRequest,
    NotFound,
    OffsetWrong,
    PieceUnderWay,
    UploadLost,
)
from documents.files import resumable
from documents.files.upload_staging import file_too_large, stage
from documents.messages import Message
from documents.models import TokenScope, UploadSession, User

#: Sessions of one user that are not finished.
MOST_SESSIONS = 200
#: How long after its last piece a session can go on, and a finished one be asked for. The staging
#: directory is swept after the same time.
KEEP = datetime.timedelta(hours=24)
_RETRY_AFTER = 2


def begin_upload(
    length: int, *, actor: User, team_id: uuid.UUID | None, fields: Mapping[str, Any]
) -> UploadSession:
    """`fields`: what `upload` takes beside the file and the team, checked by the door; `replaces`:
    the id of a document whose place the file takes.

    Raises FileTooLarge, EmptyFile, InvalidRequest (too many sessions), NotFound or NotAllowed (the
    team or document), InTrash, Replaced.
    """
    if length > settings.OCRSITE_MAX_UPLOAD_BYTES:
        raise file_too_large()
    if length == 0:
        raise EmptyFile(Message("The file is empty: it has no bytes. Choose the file again."))
    if replaces := fields.get(REPLACES):
        access.require(actor, Ability.UPLOAD, replaces)
        old = access.require(actor, Ability.EDIT, replaces)
        old.refuse_if_closed()
        team, fields = old.team, {**fields, REPLACES: str(replaces)}
    else:
        team = access.team_for_upload(actor, team_id)
        refuse_wrong_wishes(team, fields)
    _forget_old()
    if UploadSession.objects.filter(user=actor, document=None).count() >= MOST_SESSIONS:
        message = Message("At most {most} uploads can be under way.", most=MOST_SESSIONS)
        raise InvalidRequest.for_field("Upload-Length", message)
    return UploadSession.objects.create(user=actor, team=team, length=length, fields=dict(fields))


def find_upload(session_id: uuid.UUID, *, actor: User) -> UploadSession:
    """One of the actor's own, in a team to which they may upload. Raises NotFound, NotAllowed."""
    access.require_scope(actor, TokenScope.WRITE)
    session = UploadSession.objects.filter(
        id=session_id, user=actor, team__in=access.teams_of(actor)
    ).first()
    if session is None:
        raise NotFound(Message("There is no upload {upload} here.", upload=session_id))
    return session


def append_piece(
    session_id: uuid.UUID, offset: int, pieces: Iterable[bytes], *, actor: User
) -> UploadSession:
    """Write a piece that begins at `offset`; with the last one the document is made.

    A file that is refused then is gone, with its session. Raises NotFound, OffsetWrong,
    PieceUnderWay, UploadLost where the earlier pieces are not on this machine, StorageFull, and
    what `upload` raises.
    """
    session = find_upload(session_id, actor=actor)
    rows = UploadSession.objects.filter(pk=session_id)
    token = UploadSession.lease.take(rows)
    if token is None:
        raise PieceUnderWay(
            Message("Another piece of this upload is being written."), retry_after=_RETRY_AFTER
        )
    try:
        session.refresh_from_db()
        if offset != session.offset or session.document_id is not None:
            raise OffsetWrong(
                Message("The next piece begins at byte {offset}.", offset=session.offset)
            )
        try:
            written = resumable.append(session_id, offset, pieces, session.length - offset)
        except FileNotFoundError:
            rows.delete()
            raise UploadLost(
                Message("The earlier pieces are no longer here. Begin the upload again.")
            ) from None
        session.offset += written
        session.changed_at = timezone.now()
        rows.update(offset=session.offset, changed_at=session.changed_at)
        if session.offset == session.length:
            _finish(session, actor)
    finally:
        UploadSession.lease.release(rows, token)
    return session


def give_up_upload(session_id: uuid.UUID, *, actor: User) -> None:
    """Forget what has arrived. Raises NotFound."""
    find_upload(session_id, actor=actor)
    UploadSession.objects.filter(pk=session_id).delete()
    resumable.remove(session_id)


def _finish(session: UploadSession, actor: User) -> None:
    fields = dict(session.fields)
    name = fields.pop("filename", "")
    try:
        staged = stage(resumable.read(session.id))
        if replaces := fields.pop(REPLACES, None):
            done = replace(uuid.UUID(replaces), staged, name, actor=actor)
        else:
            done = upload(actor, staged, name, team_id=session.team_id, **fields)
    except BaseException:
        UploadSession.objects.filter(pk=session.pk).delete()
        raise
    finally:
        resumable.remove(session.id)
    session.document = done.document
    UploadSession.objects.filter(pk=session.pk).update(document=done.document)


def _forget_old() -> None:
    UploadSession.objects.filter(changed_at__lt=timezone.now() - KEEP).delete()
