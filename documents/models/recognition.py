"""How a document is to be read, how far its reading is, and what came of it."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.errors import ArchiveError
from documents.models.engines_field import EnginesField
from documents.models.fields import FlagsField
from documents.models.stored_error import StoredError

#: "Never served": sorts before every real time, and needs no NULL in the index that claims use.
NEVER = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Status(models.TextChoices):
    QUEUED = "queued", _("queued")
    PROCESSING = "processing", _("being read")
    READY = "ready", _("ready")
    PARTIAL = "partial", _("partly read")
    FAILED = "failed", _("failed")


#: The reading of a document in one of these has not ended.
UNFINISHED = (Status.QUEUED, Status.PROCESSING)


class OcrMode(models.TextChoices):
    AUTO = "auto", _("text layer first, else OCR")
    ALWAYS = "always", _("always OCR")
    NEVER = "never", _("text layer only")


class Recognition(StoredError):
    """The columns of `Document` about its reading as a whole.

    `run` rises when the document is read again; work that was started for an earlier run records
    nothing. The page counters change in the transactions that change the pages they count.
    `content_version` rises when any page's current text changes. `results_version` is one more
    than the content version that the result files show, 0 while there are none.
    """

    ocr = models.CharField(
        _("reading"), max_length=6, choices=OcrMode.choices, default=OcrMode.AUTO
    )
    requested_engine = models.CharField(max_length=20, blank=True, editable=False)
    run = models.PositiveIntegerField(default=1, editable=False)

    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.QUEUED, editable=False
    )
    page_count = models.PositiveIntegerField(_("pages"), null=True, editable=False)
    pages_done = models.PositiveIntegerField(_("pages done"), default=0, editable=False)
    pages_failed = models.PositiveIntegerField(_("pages failed"), default=0, editable=False)
    #: Pages that nobody asked for: they were not read, and are no failure.
    pages_skipped = models.PositiveIntegerField(default=0, editable=False)
    error_page = models.PositiveIntegerField(null=True, editable=False)
    last_served_at = models.DateTimeField(default=NEVER, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)

    engine = models.CharField(_("engine"), max_length=20, blank=True, editable=False)
    #: Every engine that read a page, with its version: of the readings that count.
    engines = EnginesField()
    confidence = models.FloatField(_("confidence"), null=True, editable=False)
    #: Every flag that the current text of any page has.
    flags = FlagsField(_("what to look at"))
    content_version = models.PositiveIntegerField(default=0, editable=False)
    results_version = models.PositiveIntegerField(default=0, editable=False)
    #: SHA-256 and size (bytes) of each result file, by kind ("json", "md", "txt").
    result_files = models.JSONField(default=dict, editable=False)

    class Meta:
        abstract = True

    @property
    def is_unfinished(self) -> bool:
        """Whether its reading has not ended."""
        return self.status in UNFINISHED

    @property
    def has_results(self) -> bool:
        """Whether result files exist (they may be of an earlier reading or correction)."""
        return self.results_version > 0

    @property
    def pages_asked(self) -> int | None:
        """The pages that are to be read: all but those that nobody asked for; None while their
        number is unknown."""
        return None if self.page_count is None else self.page_count - self.pages_skipped

    @property
    def pages_left(self) -> int | None:
        """The pages that wait or are being read; None while their number is unknown."""
        if self.pages_asked is None:
            return None
        return self.pages_asked - self.pages_done - self.pages_failed

    @property
    def progress(self) -> float | None:
        """Pages read or failed, of those that are to be read, 0 to 1; None while their number is
        unknown."""
        if not self.pages_asked:
            return None
        return (self.pages_done + self.pages_failed) / self.pages_asked

    def set_error(self, error: ArchiveError | StoredError | None, page: int | None = None) -> None:
        """Set, without saving: why the reading failed, and on which page."""
        super().set_error(error)
        self.error_page = page
