"""Errors about files: uploads that are refused, the disk, damaged copies."""

from __future__ import annotations

from documents.errors.base import ArchiveError
from documents.messages import gettext_noop


class UploadRefused(ArchiveError):
    """The file was not accepted; the archive has kept nothing of it."""

    code = "upload-refused"
    title = gettext_noop("The file was not accepted.")
    next_step = "Correct what the detail names, then upload the file again."


class EmptyFile(UploadRefused):
    """The file has no bytes."""

    code = "empty-file"
    title = gettext_noop("The file is empty.")
    next_step = "Choose the file again; check that it has content."


class FileTooLarge(UploadRefused):
    """The file is larger than `OCRSITE_MAX_UPLOAD_MB` allows."""

    code = "file-too-large"
    title = gettext_noop("The file is larger than this archive accepts.")
    next_step = "Split the file, or ask the administrator to raise the limit."


class UnsupportedFileType(UploadRefused):
    """The content of the file is of a type that the archive does not read."""

    code = "unsupported-file-type"
    title = gettext_noop("Files of this type are not accepted.")
    next_step = "Export the file to PDF and upload that."


class StorageFull(ArchiveError):
    """The data directory's disk is full, or the database has reached its limit."""

    code = "storage-full"
    permanent = False
    title = gettext_noop("The archive has no room left on its disk.")
    next_step = "Free space on the disk, then repeat the request."


class DamagedCopy(ArchiveError):
    """A file of the archive, on disk or in the bucket, differs from its manifest or is none."""

    code = "damaged-copy"
    title = gettext_noop("A file of the archive is damaged.")
    next_step = "Run `manage.py archive verify`, which lists everything that is damaged."
