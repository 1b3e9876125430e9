"""Errors of a request that the state of what it names does not allow."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from documents.errors.base import ArchiveError
from documents.messages import Message, gettext_noop

if TYPE_CHECKING:
    import uuid


class Conflict(ArchiveError):
    """The current state does not allow this. Raise one of its subclasses."""

    code = "conflict"
    title = gettext_noop("The current state does not allow this.")
    next_step = "Load it again, then decide."


class PageChanged(Conflict):
    """The page has another revision than the one that the request names."""

    code = "page-changed"
    title = gettext_noop("Somebody else changed this page first.")
    next_step = "Load the page again and repeat the change; `blocks` has the texts as they are now."

    #: The page's revision now.
    revision: int = 0
    #: Block id -> the text that it has now, None where it is gone: of what both have changed.
    blocks: Mapping[str, str | None] = MappingProxyType({})

    @staticmethod
    def of_page(
        document: uuid.UUID,
        page: int,
        *,
        revision: int,
        seen: int,
        blocks: Mapping[str, str | None] = MappingProxyType({}),
    ) -> PageChanged:
        """The caller saw the revision `seen`; others have changed `blocks` since."""
        error = PageChanged(
            Message(
                "Somebody else changed page {page} first: its revision is {revision}, not "
                "{seen}. Load it again and repeat your change.",
                page=page,
                revision=revision,
                seen=seen,
            ),
            document=document,
            page=page,
        )
        error.revision, error.blocks = revision, blocks
        return error

    @property
    def members(self) -> dict[str, Any]:
        blocks = [{"id": name, "text": text} for name, text in self.blocks.items()]
        return {"revision": self.revision, "blocks": blocks}


class Outdated(Conflict):
    """What was decided on is no longer what the caller saw."""

    code = "outdated"
    title = gettext_noop("The text or the decision has changed since you opened the document.")
    next_step = "Load the document again, then decide."


class BeingReviewed(Conflict):
    """Another reviewer has the document for themselves."""

    code = "being-reviewed"
    permanent = False
    title = gettext_noop("Somebody else is reviewing this document.")
    next_step = "Take another document, or repeat the request after the seconds in `Retry-After`."


class DoubtSettled(Conflict):
    """The words in doubt are no longer there."""

    code = "doubt-settled"
    title = gettext_noop("Somebody else has changed the words in doubt.")
    next_step = "Load the page's doubts again."


class NoCorrection(Conflict):
    """The page has no correction that a reading could replace."""

    code = "no-correction"
    title = gettext_noop("The page has no correction.")
    next_step = "Nothing: the newest reading already counts."


class TagBusy(Conflict):
    """Other requests keep adding the tag to documents."""

    code = "tag-busy"
    permanent = False
    title = gettext_noop("The tag is being added to documents.")
    next_step = "Repeat the request in a moment."


class EngineNotRunning(Conflict):
    """No running OCR worker has the engine that the request names."""

    code = "engine-not-running"
    title = gettext_noop("No OCR worker has this engine.")
    next_step = "Choose an engine that `/health` names, or start a worker that has it."


class OffsetWrong(Conflict):
    """The piece of a resumable upload does not begin where the earlier ones end."""

    code = "upload-offset-wrong"
    title = gettext_noop("The piece begins elsewhere.")
    next_step = "Ask by HEAD where the next piece begins, and send it from there."


class PieceUnderWay(Conflict):
    """Another piece of the same resumable upload is being written."""

    code = "piece-under-way"
    permanent = False
    title = gettext_noop("Another piece is being written.")
    next_step = "Repeat the request after the seconds in `Retry-After`."


class StillUnderWay(Conflict):
    """The first request with this Idempotency-Key has not been answered yet."""

    code = "request-under-way"
    permanent = False
    title = gettext_noop("The same request is still under way.")
    next_step = "Repeat the request after the seconds in `Retry-After`."


class NotBeingRead(Conflict):
    """Its reading has ended: there is nothing to stop."""

    code = "not-being-read"
    title = gettext_noop("The document is not being read.")
    next_step = "Nothing: its reading has ended."


class NotLocked(Conflict):
    """The document does not wait for a password."""

    code = "not-locked"
    title = gettext_noop("The document does not wait for a password.")
    next_step = "Nothing: it has been given, or the file needs none."


class InTrash(Conflict):
    """The document is in the trash, where nothing about it changes."""

    code = "in-trash"
    title = gettext_noop("The document is in the trash. Restore it first.")
    next_step = "Restore the document first."


class NotInTrash(Conflict):
    """Only documents in the trash can be deleted for good."""

    code = "not-in-trash"
    title = gettext_noop("The document is not in the trash.")
    next_step = "Move the document to the trash first."


class Replaced(Conflict):
    """A newer version of the document has taken its place; this one stays as it is."""

    code = "replaced"
    title = gettext_noop("A newer version has taken its place.")
    next_step = "Do it to the newest version: `documents/{id}/versions/` names it first."


class SameFile(Conflict):
    """The file that is to be a new version is in the archive already, as another document."""

    code = "same-file"
    title = gettext_noop("The team has this file already.")
    next_step = "Open the document that has it; the new version must be another file."


class OnHold(Conflict):
    """The document is on legal hold: it is kept until the hold is lifted."""

    code = "on-hold"
    title = gettext_noop("The document is on legal hold and is not deleted.")
    next_step = "Ask a manager of the team to lift the hold first."


class TrashChanged(Conflict):
    """The trash holds other documents than the caller has seen."""

    code = "trash-changed"
    title = gettext_noop("What lies in the trash has changed meanwhile.")
    next_step = "Load the trash again, then decide."


class InvitationAccepted(Conflict):
    """The member has a password already; an invitation would replace it."""

    code = "invitation-accepted"
    title = gettext_noop("The invitation has been accepted.")
    next_step = "Ask an administrator to set a new password for the user."


class AlreadyInTeam(Conflict):
    """The team has the same file already, as another document."""

    code = "already-in-team"
    title = gettext_noop("The team has this file already.")
    next_step = "Open the team's document; move this one to the trash if it is not needed."


class LastManager(Conflict):
    """Without this member nobody could manage the team."""

    code = "last-manager"
    title = gettext_noop("A team keeps at least one manager.")
    next_step = "Make another member a manager of the team first."


class StillBeingRead(Conflict):
    """The document is still being read."""

    code = "still-being-read"
    title = gettext_noop("The document is still being read. Wait until it is finished.")
    next_step = "Repeat the request when the document's `status` is ready, partial or failed."


class NothingRead(Conflict):
    """No text was recognised, so there is nothing to correct, approve or download."""

    code = "nothing-read"
    title = gettext_noop("Nothing could be read here.")
    next_step = "Have the document read again, or reject it."


class NotConformant(Conflict):
    """The original holds what the standard that was asked for forbids."""

    code = "not-conformant"
    title = gettext_noop("This document can’t be made conformant.")
    next_step = "Ask for the searchable PDF without `conformance`."


class NoTables(Conflict):
    """No table was recognised on the pages that were asked for."""

    code = "no-tables"
    title = gettext_noop("There are no tables.")
    next_step = "Ask for another format; only PaddleOCR-VL recognises tables."


class TooManyUrgent(Conflict):
    """A team has as many unfinished documents of high priority as it may have."""

    code = "too-many-urgent"
    title = gettext_noop("Too many documents wait with high priority.")
    next_step = "Send it with `priority=normal`, or wait until the others have been read."


class NoBucket(Conflict):
    """Something needs the bucket, and none is configured."""

    code = "no-bucket"
    title = gettext_noop("No bucket is configured.")
    next_step = "Set the CLOUDRU_S3_ variables (docs/operations.md)."
