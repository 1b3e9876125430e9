"""Why an archive or message was not taken apart, or not whole."""

from __future__ import annotations

from documents.errors.reading import ReadingError
from documents.messages import gettext_noop

_UNPACK = "Unpack it and upload the files that are needed."


class TooDeep(ReadingError):
    """The archive lies in too many others."""

    code = "too-deep"
    title = gettext_noop("The archive lies too deep in others.")
    next_step = _UNPACK


class TooManyMembers(ReadingError):
    """The archive has more files than one may have; the first were taken."""

    code = "too-many-members"
    title = gettext_noop("The archive holds too many files.")
    next_step = "Pack the files into several archives."


class UnpacksTooMuch(ReadingError):
    """The archive's content is far larger than the archive: perhaps an attack."""

    code = "unpacks-too-much"
    title = gettext_noop("The archive unpacks to too much.")
    next_step = _UNPACK


class EncryptedArchive(ReadingError):
    """The archive is protected by a password, in a way in which it can't be opened here."""

    code = "encrypted-archive"
    title = gettext_noop("The archive is protected by a password and can’t be opened here.")
    next_step = _UNPACK


class NoDocument(ReadingError):
    """A part of a message that is no document: a signature, or what only its recipient can open."""

    code = "no-document"
    title = gettext_noop("This part of the message is no document.")
    next_step = "Nothing: it stays in the message’s file."
