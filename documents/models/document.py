"""A document: one uploaded file and everything about it as a whole."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.errors import ArchiveError, InTrash, NotFound
from documents.messages import Message
from documents.models.asked import Asked
from documents.models.change_tracking import ChangeTracking
from documents.models.copies import Copies
from documents.models.edition import Edition
from documents.models.held import Held
from documents.models.keeping import Keeping
from documents.models.origin import Arrival
from documents.models.recognition import UNFINISHED, Recognition, Status
from documents.models.review import Review, ReviewReason, ReviewStatus
from documents.models.tag import Tag
from documents.models.task import PendingTask, Task
from documents.models.team import Team


class DocumentQuerySet(models.QuerySet["Document"]):
    """Which of them a user may see is decided by `documents.access.visible_to`."""

    def not_trashed(self) -> DocumentQuerySet:
        return self.filter(trashed_at=None)

    def trashed(self) -> DocumentQuerySet:
        """Those in the trash; of one with several editions the newest, which stands for all."""
        return self.exclude(trashed_at=None).newest()

    def newest(self) -> DocumentQuerySet:
        """Those that no newer edition replaces."""
        return self.filter(replaced_by=None)

    def listed(self) -> DocumentQuerySet:
        """Those that lists and search have: the newest editions, not in the trash."""
        return self.not_trashed().newest()

    def editions_of(self, document: Document) -> DocumentQuerySet:
        """All editions of the document, itself among them, the newest first."""
        first = document.first_edition
        return self.filter(Q(id=first) | Q(edition_of=first)).order_by("-edition", "-created_at")

    def unfinished(self) -> DocumentQuerySet:
        """Those whose reading has not ended and goes on: not those in the trash."""
        return self.not_trashed().filter(status__in=UNFINISHED)

    def count_pages_left(self) -> int:
        """Their pages that are still to be read. A document whose pages are not counted yet counts
        as one."""
        count = Coalesce(F("page_count"), 1)
        left = count - F("pages_skipped") - F("pages_done") - F("pages_failed")
        return int(self.aggregate(left=Sum(left))["left"] or 0)

    def being_read(self) -> DocumentQuerySet:
        """Those that have pages and whose reading goes on."""
        return self.not_trashed().filter(status=Status.PROCESSING)

    def to_review(self) -> DocumentQuerySet:
        """Those that were read, are to be looked at by the rules of their team, and have no review.
        (The trash is left out by the lists that show them.)"""
        by_flags = Q(review_reason=ReviewReason.UNDECIDED) & ~Q(flags="")
        by_rule = Q(
            review_reason__in=(ReviewReason.FLAGGED, ReviewReason.CONFIDENCE, ReviewReason.SAMPLE)
        )
        return self.filter(
            by_flags | by_rule,
            status__in=(Status.READY, Status.PARTIAL),
            review_status=ReviewStatus.UNREVIEWED,
        )

    def inbox(self) -> DocumentQuerySet:
        """Those that nobody has approved or rejected yet, read or not."""
        return self.listed().filter(review_status=ReviewStatus.UNREVIEWED)

    def with_free_task(self) -> DocumentQuerySet:
        """Those with a task that could be claimed now."""
        free = self.not_trashed().filter(Document.task_lease.is_free())
        return free.exclude(task=Task.NONE)

    def get_or_refuse(self, document_id: uuid.UUID) -> Document:
        """Raises NotFound."""
        try:
            # Unlike `first`, without an order, which takes as long to compile as all the rest.
            return self.get(id=document_id)
        except Document.DoesNotExist:
            raise NotFound(
                Message("There is no document {document} here.", document=document_id),
                document=document_id,
            ) from None

    def lock(self, document_id: uuid.UUID) -> Document:
        """The document, its row locked until the transaction ends. Raises NotFound."""
        return self.select_for_update(of=("self",)).get_or_refuse(document_id)


class Document(
    Arrival, Held, Recognition, Asked, PendingTask, Review, Keeping, Copies, Edition, ChangeTracking
):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(
        Team, on_delete=models.PROTECT, related_name="documents", verbose_name=_("team")
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    title = models.CharField(_("title"), max_length=500)
    filename = models.CharField(_("file name"), max_length=255, editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    size = models.BigIntegerField(_("size"), editable=False, help_text="bytes")
    mime_type = models.CharField(_("file type"), max_length=100, editable=False)
    language = models.CharField(_("language"), max_length=8, blank=True, help_text="ISO 639-1")
    #: Whether a person named the language; else it is the one that most pages are in.
    language_chosen = models.BooleanField(default=False, editable=False)
    tags = models.ManyToManyField(Tag, blank=True, related_name="documents", verbose_name=_("tags"))

    #: Rises with every change of anything about the document (`documents.events.commit_change`).
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("uploaded"), default=timezone.now, editable=False)
    trashed_at = models.DateTimeField(_("in the trash since"), null=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = (
            models.UniqueConstraint(
                fields=("team", "sha256"), name="one_document_per_content_in_a_team"
            ),
        )
        indexes = (
            models.Index(
                fields=("status", "priority", "last_served_at", "created_at"),
                name="document_to_serve",
            ),
            models.Index(
                fields=("priority", "created_at"),
                condition=~models.Q(task=""),
                name="document_with_a_task",
            ),
            models.Index(fields=("team", "-created_at", "-id"), name="document_of_a_team"),
            models.Index(fields=("-created_at", "-id"), name="document_newest_first"),
            models.Index(fields=("review_status", "-created_at", "-id"), name="document_by_review"),
            models.Index(
                fields=("created_by", "-created_at", "-id"), name="document_of_an_uploader"
            ),
            models.Index(fields=("title", "id"), name="document_by_title"),
            models.Index(fields=("origin_kind", "-created_at", "-id"), name="document_by_origin"),
            models.Index(
                fields=("team", "trashed_at"),
                condition=~models.Q(trashed_at=None),
                name="document_in_the_trash",
            ),
            models.Index(fields=("team", "finished_at"), name="document_read_in_a_team"),
            models.Index(
                fields=("message_id",),
                condition=~models.Q(message_id=""),
                name="document_of_a_message",
            ),
            models.Index(
                fields=("purge_at",),
                condition=~models.Q(purge_at=None),
                name="document_to_purge",
            ),
            # All that `to_review` asks about: most documents are unreviewed, and few are flagged.
            models.Index(
                fields=(
                    "review_status",
                    "status",
                    "review_reason",
                    "flags",
                    "trashed_at",
                    "replaced_by",
                    "team",
                ),
                name="document_to_review",
            ),
            models.Index(fields=("team", "reviewed_at"), name="document_reviewed_in_a_team"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def is_trashed(self) -> bool:
        return self.trashed_at is not None

    def refuse_if_trashed(self) -> None:
        """Raises InTrash: nothing works on what lies in the trash."""
        if self.is_trashed:
            raise InTrash(document=self.id)

    def refuse_if_closed(self) -> None:
        """Raises InTrash, Replaced: people change nothing in the trash, nor in older editions."""
        self.refuse_if_trashed()
        self.refuse_if_replaced()

    def fail_whole(self, error: ArchiveError) -> None:
        """Set, without saving: the document as a whole has failed, with the reason."""
        self.status = Status.FAILED
        self.set_task(Task.NONE)
        self.set_error(error, error.page)
        self.finished_at = timezone.now()
