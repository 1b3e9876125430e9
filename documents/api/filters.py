"""The filters and orderings of the documents' list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from documents.api.fields import QueryParameters
from documents.api.pagination import ListParameters
from documents.engines.names import KNOWN_ENGINES
from documents.files.filetypes import ACCEPTED
from documents.models import PRIORITY_WORDS, Document, OriginKind, ReviewStatus, Status, User
from documents.models.origin import NAME_LENGTH
from documents.review.flags import FLAG_DESCRIPTIONS
from documents.search.query import document_filters
from documents.search.query.document_filters import LIST_FILTERS
from documents.search.query.filters import VERSION_LENGTH
from documents.text.language_codes import NO_LANGUAGE, validate_language

ORDERINGS = ("created_at", "title", "filename", "size")
NEWEST_FIRST = "-created_at"


def _any_of(child: serializers.Field[Any, Any, Any, Any]) -> serializers.ListField:
    """A parameter that may be repeated; a document matches with any of the values."""
    return serializers.ListField(child=child, required=False, max_length=100)


class SelectionFilters(QueryParameters):
    """Which documents are meant, and in which order. `created_after` includes its moment,
    `created_before` excludes it. A document has all of the repeated `tag`s. `engine` and
    `engine_version` (whole, or its first words) are those that read any page of it. `container`:
    what came in these documents, however deep; `together`: that, and they themselves. `language`:
    `none` for those of which it is not known. `q` is a search query; it finds documents by their
    pages' text too."""

    status = _any_of(serializers.ChoiceField(Status.choices))
    review_status = _any_of(serializers.ChoiceField(ReviewStatus.choices))
    team = _any_of(serializers.UUIDField())
    tag = _any_of(serializers.CharField(max_length=100))
    language = _any_of(serializers.CharField(max_length=8))
    flag = _any_of(serializers.ChoiceField(tuple(FLAG_DESCRIPTIONS)))
    engine = _any_of(serializers.ChoiceField(KNOWN_ENGINES))
    engine_version = _any_of(serializers.CharField(max_length=VERSION_LENGTH))
    confidence_below = serializers.FloatField(required=False, min_value=0, max_value=1)
    priority = _any_of(serializers.ChoiceField(PRIORITY_WORDS))
    mime_type = _any_of(serializers.ChoiceField([kind.mime_type for kind in ACCEPTED]))
    container = _any_of(serializers.UUIDField())
    together = _any_of(serializers.UUIDField())
    origin = _any_of(serializers.ChoiceField([kind for kind in OriginKind if kind]))
    origin_name = _any_of(serializers.CharField(max_length=NAME_LENGTH))
    sha256 = _any_of(serializers.RegexField(r"^[0-9A-Fa-f]{64}$"))
    year = _any_of(serializers.IntegerField(min_value=1, max_value=9999))
    created_after = serializers.DateTimeField(required=False)
    created_before = serializers.DateTimeField(required=False)
    q = serializers.CharField(required=False, allow_blank=True, max_length=500)
    trashed = serializers.ChoiceField(("false", "true", "all"), required=False, default="false")
    ordering = serializers.ChoiceField(
        [f"{sign}{name}" for name in ORDERINGS for sign in ("", "-")],
        required=False,
        default=NEWEST_FIRST,
    )

    def validate_language(self, codes: list[str]) -> list[str]:
        return [code if code == NO_LANGUAGE else validate_language(code) for code in codes]

    def validate_sha256(self, checksums: list[str]) -> list[str]:
        return [checksum.lower() for checksum in checksums]


class DocumentFilters(SelectionFilters, ListParameters):
    pass


def as_list_filters(filters: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Validated SelectionFilters by the names of LIST_FILTERS."""
    wanted = {name: filters[name] for name in LIST_FILTERS if name in filters}
    return {n: v if isinstance(v, list) else [v] for n, v in wanted.items() if v != ""}


def filter_documents(user: User, filters: dict[str, Any]) -> QuerySet[Document]:
    """The documents that `user` may see and that match `filters`, validated DocumentFilters."""
    return document_filters.filter_documents(user, as_list_filters(filters))
