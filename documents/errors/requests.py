"""Errors of a request that can't be met: its values, its rights, what it needs of the site."""

from __future__ import annotations

from typing import TypeVar

from documents.errors.base import ArchiveError
from documents.messages import Message, gettext_noop

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


class PrefixForbidden(NotAllowed):
    """A prefix of the bucket that the team may not use."""

    code = "prefix-forbidden"
    title = gettext_noop("The team may not use this prefix of the bucket.")
    next_step = "Ask an administrator to allow it (`OCRSITE_BATCH_PREFIXES`)."


class AdministratorsOnly(NotAllowed):
    """What concerns the whole site, not a team."""

    code = "administrators-only"
    title = gettext_noop("Only administrators may do this.")
    next_step = "Ask an administrator of the site."


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


class ExportFailed(ArchiveError):
    """A file that was asked for could not be made from the document."""

    code = "export-failed"
    title = gettext_noop("The file could not be made.")
    next_step = "Ask for another format; tell the administrator. It is tried again after a while."


class ArrangeFailed(ArchiveError):
    """The pages could not be put together; `detail` says why."""

    code = "arrange-failed"
    title = gettext_noop("The pages could not be put together.")
    next_step = "Send it again; if it fails again, report it."


class ChangeFailed(ArchiveError):
    """A document of a change of many could not be changed, and nobody knows why."""

    code = "change-failed"
    title = gettext_noop("The document could not be changed.")
    next_step = "Try this document alone; tell the administrator: the server's log says more."


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
