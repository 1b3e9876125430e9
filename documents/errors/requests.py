"""Errors of a request that can't be met: its values, its rights, the state of what it names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from documents.errors.base import ArchiveError
from documents.messages import Message, gettext_noop

if TYPE_CHECKING:
    import uuid

_Error = TypeVar("_Error", bound="InvalidRequest")


class InvalidRequest(ArchiveError):
    """A value makes no sense here; `errors` names the fields."""

    code = "invalid-request"
    title = gettext_noop("The request is not valid.")
    next_step = "Correct the fields that `errors` names."

    @classmethod
    def for_field(cls: type[_Error], field: str, message: Message) -> _Error:
        """The error of one field of the request."""
        return cls(message, fields={field: [message]})


class DownloadTooLarge(InvalidRequest):
    """More documents or bytes were selected than one download may have."""

    code = "download-too-large"
    title = gettext_noop("The selection is too large for one download.")
    next_step = "Select fewer documents."


class WrongPassword(InvalidRequest):
    """The password does not open the file."""

    code = "wrong-password"
    title = gettext_noop("This password does not open the file.")
    next_step = "Send the right one; mind capitals, spaces and the keyboard's layout."


class NotFound(ArchiveError):
    """It does not exist, or the caller may not see it: both look the same to the caller."""

    code = "not-found"
    title = gettext_noop("There is no such thing here.")
    next_step = "Check the address and the id; ask to be added to the document's team."


class NotAllowed(ArchiveError):
    """The caller may not do this. Raise one of its subclasses."""

    code = "not-allowed"
    title = gettext_noop("You may not do this.")
    next_step = "Ask a manager of the team."


class RoleTooLow(NotAllowed):
    """The caller sees the document or team, but their role does not allow this."""

    code = "role-too-low"
    title = gettext_noop("Your role in the team does not allow this.")
    next_step = "Ask a manager of the team for another role."


class ScopeTooNarrow(NotAllowed):
    """The token of the request lacks the scope, or is not bound to what this needs."""

    code = "scope-too-narrow"
    title = gettext_noop("This token does not allow this.")
    next_step = "Use a token with the scope that `detail` names."


class NoUploadTeam(NotAllowed):
    """There is no team to which the caller may upload."""

    code = "no-upload-team"
    title = gettext_noop("None of your teams lets you upload.")
    next_step = "Ask a manager of one of your teams for another role."


class LoginRequired(NotAllowed):
    """Only a person who is logged in may do this."""

    code = "login-required"
    title = gettext_noop("Log in first.")
    next_step = "Log in, or send a token."


class LogInFailed(ArchiveError):
    """The name or the password is wrong, or the user is inactive: all look the same."""

    code = "authentication-failed"
    title = gettext_noop("The user name or the password is wrong.")
    next_step = "Check both; an administrator can set a new password."


class TooManyAttempts(ArchiveError):
    """Too many wrong passwords for this account, from this address or in all: wait."""

    code = "too-many-attempts"
    permanent = False
    title = gettext_noop("Too many attempts.")
    next_step = "Repeat the request after the seconds in `Retry-After`."


class NotYet(ArchiveError):
    """It does not exist yet: a result of a document that is still being read."""

    code = "not-yet"
    permanent = False
    title = gettext_noop("This is not there yet.")
    next_step = "Repeat the request when the document's `status` is ready, partial or failed."


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


class AddressForbidden(ArchiveError):
    """The address is in a network that is not called, or is none that may be."""

    code = "address-forbidden"
    title = gettext_noop("This address is not called.")
    next_step = "Name a public address, or have the administrator set `OCRSITE_CALL_ALLOWED`."


class FetchFailed(ArchiveError):
    """The server at the address could not be asked, or had no file."""

    code = "fetch-failed"
    permanent = False
    title = gettext_noop("The file could not be fetched.")
    next_step = "Check the address; the server there must answer with the file."


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


class UploadLost(ArchiveError):
    """The earlier pieces of a resumable upload are gone, or on another machine."""

    code = "upload-lost"
    title = gettext_noop("The upload has been lost.")
    next_step = "Begin the upload again."


class KeyReused(ArchiveError):
    """The Idempotency-Key came with another request before."""

    code = "idempotency-key-reused"
    title = gettext_noop("This key belongs to another request.")
    next_step = "Use a new key for each new request."


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


class ExportFailed(ArchiveError):
    """A file that was asked for could not be made from the document."""

    code = "export-failed"
    title = gettext_noop("The file could not be made.")
    next_step = "Ask for another format; tell the administrator. It is tried again after a while."


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


class LeaseLost(ArchiveError):
    """The lease of a claim has ended: it expired, or the document is being read again."""

    code = "lease-lost"
    title = gettext_noop("Another process took over this work.")
    next_step = "Nothing: the other process does the work."


class Busy(ArchiveError):
    """This process is doing as much as it may."""

    code = "busy"
    permanent = False
    title = gettext_noop("The server is busy. Try again in a moment.")
    next_step = "Repeat the request after the seconds in `Retry-After`."


class SearchUnavailable(ArchiveError):
    """No search index can be read: it is being built, and nothing is lost."""

    code = "search-unavailable"
    permanent = False
    title = gettext_noop("The search is being prepared. Try again in a moment.")
    next_step = "Repeat the request after the seconds in `Retry-After`."
