"""Whence a document came into the archive."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from django.db import models
from django.utils.translation import gettext_lazy as _

NAME_LENGTH = 200
DETAIL_LENGTH = 1000


class OriginKind(models.TextChoices):
    UNKNOWN = "", _("unknown")
    BROWSER = "browser", _("uploaded in the browser")
    API = "api", _("sent by a program")
    ADDRESS = "address", _("fetched from an address")
    ARCHIVE = "archive", _("taken out of an archive")
    ATTACHED = "attached", _("attached to a document")
    MAIL = "mail", _("came by mail")
    FOLDER = "folder", _("found in a watched folder")
    STACK = "stack", _("split off a stack")
    PAGES = "pages", _("made of pages of other documents")
    BUCKET = "bucket", _("found in a bucket")


@dataclass(frozen=True)
class Origin:
    """`name`: of the token, mailbox, folder, archive or message that brought it; `detail`: which
    one it was there: a path in an archive or folder, an attachment's name, a message's Message-ID,
    a key of a bucket, an address. What is longer than a column is cut."""

    kind: OriginKind = OriginKind.UNKNOWN
    name: str = ""
    detail: str = ""

    @classmethod
    def from_address(cls, url: str) -> Origin:
        """Without what may be secret in an address: a password, a signature in the query."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        shown = urlunsplit((parts.scheme, host, parts.path, "", ""))
        return cls(OriginKind.ADDRESS, host, shown)


class Arrival(models.Model):
    """The columns of `Document` about its origin. They never change."""

    origin_kind = models.CharField(
        _("came by"), max_length=8, choices=OriginKind.choices, blank=True, editable=False
    )
    origin_name = models.CharField(max_length=NAME_LENGTH, blank=True, editable=False)
    origin_detail = models.CharField(max_length=DETAIL_LENGTH, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def origin(self) -> Origin:
        return Origin(OriginKind(self.origin_kind), self.origin_name, self.origin_detail)

    def set_origin(self, origin: Origin) -> None:
        """Set, without saving."""
        self.origin_kind = origin.kind
        self.origin_name = origin.name[:NAME_LENGTH]
        self.origin_detail = origin.detail[:DETAIL_LENGTH]
