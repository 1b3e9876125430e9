"""Claims: the right to read one page or to do one task, while their lease lasts.

A claim is good while its token is the row's (and, for a page, its run the document's). Every later
step checks that in its own transaction.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from documents.errors import LeaseLost, NotFound
from documents.files.filetypes import PageSource, page_source
from documents.messages import Message
from documents.models.document import Document
from documents.models.page import Page, PageStatus
from documents.models.task import Task


@dataclass(frozen=True)
class ClaimOwner:
    """The process that claims. `owner` names its place under its supervisor ("<start_id>:ocr:0"),
    the same for the process that follows it there; `start_id` is new at each start of the site."""

    owner: str
    start_id: uuid.UUID


@dataclass(frozen=True)
class PageClaim:
    """The right to read one page, and all that reading it needs to know."""

    page_id: uuid.UUID
    document_id: uuid.UUID
    number: int
    token: int
    run: int
    attempt: int
    filename: str
    mime_type: str
    #: The document's where a person has chosen it, else "".
    language: str
    ocr: str
    requested_engine: str

    @property
    def page(self) -> QuerySet[Page]:
        # The token suffices: whatever ends a claim, a new run too, raises it. (PostgreSQL would
        # not evaluate a join again after a wait for the row.)
        return Page.objects.filter(id=self.page_id, status=PageStatus.RUNNING)

    def renew(self) -> bool:
        """Extend the lease. Returns False where the claim is lost."""
        return Page.lease.renew(self.page, self.token)

    def lock(self) -> tuple[Document, Page]:
        """The document and the page, both locked until the transaction ends. Raises LeaseLost."""
        try:
            document = Document.objects.lock(self.document_id)
        except NotFound:
            raise self._lost() from None
        page = document.pages.select_for_update().filter(id=self.page_id).first()
        if (
            page is None
            or page.status != PageStatus.RUNNING
            or page.lease_token != self.token
            or document.run != self.run
        ):
            raise self._lost()
        return document, page

    def _lost(self) -> LeaseLost:
        return LeaseLost(
            Message(
                "Page {page} was given to another worker, or the document is being read again; "
                "this reading is discarded.",
                page=self.number,
            ),
            document=self.document_id,
            page=self.number,
        )


#: A task whose process was lost this often is given up.
MAX_TASK_ATTEMPTS = 4


@dataclass(frozen=True)
class TaskClaim:
    """The right to do one task of one document."""

    document_id: uuid.UUID
    task: str
    token: int
    attempt: int
    mime_type: str = ""

    @property
    def makes_rendition(self) -> bool:
        """Whether a PDF is made of the document's file first, which takes longer than all else."""
        return self.task == Task.PREPARE and page_source(self.mime_type) is PageSource.RENDITION

    @property
    def is_last_attempt(self) -> bool:
        return self.attempt >= MAX_TASK_ATTEMPTS

    @property
    def document(self) -> QuerySet[Document]:
        return Document.objects.filter(id=self.document_id, task=self.task)

    def renew(self) -> bool:
        """Extend the lease. Returns False where the claim is lost."""
        return Document.task_lease.renew(self.document, self.token)

    def lock(self) -> Document:
        """The document, locked until the transaction ends. Raises LeaseLost, NotFound."""
        document = Document.objects.lock(self.document_id)
        if document.task_lease_token != self.token or document.task != self.task:
            raise self._lost()
        return document

    def refuse_lost(self) -> None:
        """Raises LeaseLost where another process has the task now."""
        if not self.document.filter(task_lease_token=self.token).exists():
            raise self._lost()

    def _lost(self) -> LeaseLost:
        return LeaseLost(
            Message("Another process took over this document’s task."), document=self.document_id
        )
