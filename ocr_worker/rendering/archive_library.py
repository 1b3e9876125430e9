"""libarchive, loaded before the jail closes, and only in a child that is started for archives: it
takes 50 ms, and the system may not have it."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from documents.errors import EngineUnavailable
from documents.messages import Message

if TYPE_CHECKING:
    from .archive_members import ArchiveMembers

_members: type[ArchiveMembers] | None = None


def load_libarchive() -> None:
    """Load it where the system has it."""
    global _members
    try:
        from . import archive_members
    except (ImportError, OSError, TypeError, AttributeError):  # the system has no libarchive
        return
    archive_members.prepare()
    _members = archive_members.ArchiveMembers


def open_archive(stream: BinaryIO, mime_type: str, password: str = "") -> ArchiveMembers:
    """Raises EngineUnavailable."""
    if _members is None:
        raise EngineUnavailable(
            Message(
                "Archives can’t be opened on this machine: libarchive is missing. Install it "
                "(Debian: libarchive13) and have the document read again."
            )
        )
    return _members(stream, mime_type, password)
