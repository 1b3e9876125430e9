"""What search needs of the database: the changes, in an order that can be followed, and saved
searches."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from documents.models.document import Document
from documents.models.team import Team


@deconstructible(path="documents.models.search.CurrentTransaction")
class CurrentTransaction(models.Func):
    """The number of the transaction that writes the row (PostgreSQL); 0 where there is one writer
    at a time, whose rows are numbered in the order of their commits (SQLite)."""

    function = "txid_current"
    allowed_default = True
    output_field = models.BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        return "0", []


class SearchChange(models.Model):
    """A document, or the text of one of its pages, has changed.

    Written in the transaction of the change. No foreign key: the row outlives a purged document.
    Old rows are deleted; an index that needed them is rebuilt.
    """

    document_id = models.UUIDField()
    transaction = models.BigIntegerField(db_default=CurrentTransaction(), db_index=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.id}: {self.document_id}"


class SavedSearch(models.Model):
    """A named query that announces new matches: a person's own, or a team's (`team`).

    It finds what its owner may see; a team's finds what the team may see. `filters` as
    `documents.search.query.access_filter.build_scope` takes them, in JSON.

    A view (`is_view`) is a list of documents and announces nothing; its filters are those of
    `documents.search.query.document_filters`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches"
    )
    team = models.ForeignKey(
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_searches",
        verbose_name=_("team"),
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=200)
    text = models.CharField(max_length=1000, blank=True)
    filters = models.JSONField(default=dict)
    is_view = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")

    def __str__(self) -> str:
        return self.name

    @property
    def limits(self) -> dict[str, list[str]]:
        """The filters of the query: a team's search is limited to the team's documents."""
        filters = dict(self.filters)
        return filters | {"team": [str(self.team_id)]} if self.team_id else filters

    @property
    def query_string(self) -> str:
        """The search as the query of an address, by the names that the API and the search page
        share."""
        return urlencode({"q": self.text, **self.limits}, doseq=True)


class SavedSearchMatch(models.Model):
    """A page that a saved search has found: it is announced once, by whichever process is first."""

    search = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="matches")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    page = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("search", "document", "page"), name="one_match_per_search_and_page"
            ),
        )

    def __str__(self) -> str:
        return f"{self.search_id}: {self.document_id} / {self.page}"
