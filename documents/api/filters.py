"""The filters and orderings of the documents' list."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import serializers

from documents.access import teams_of, visible_to
from documents.api.pagination import ListParameters
from documents.files.filetypes import ACCEPTED
from documents.models import Document, ReviewStatus, Status, Tag, User
from documents.review.flags import FLAG_DESCRIPTIONS, has_any_flag
from documents.search.query.list_filter import filter_by_query
from documents.text.language_codes import validate_language

ORDERINGS = ("created_at", "title", "filename", "size")
NEWEST_FIRST = "-created_at"

#: Filters whose value is a column's, and how it is compared.
_LOOKUPS = {
    "status": "status__in",
    "review_status": "review_status__in",
    "team": "team__in",
    "language": "language__in",
    "mime_type": "mime_type__in",
    "sha256": "sha256__in",
    "created_after": "created_at__gte",
    "created_before": "created_at__lt",
}
_IN_TRASH = {"false": Q(trashed_at=None), "true": ~Q(trashed_at=None), "all": Q()}


def _any_of(child: serializers.Field[Any, Any, Any, Any]) -> serializers.ListField:
    """A parameter that may be repeated; a document matches with any of the values."""
    return serializers.ListField(child=child, required=False, max_length=100)


class DocumentFilters(ListParameters):
    """`created_after` includes its moment, `created_before` excludes it. A document has all of
    the repeated `tag`s. `q` is a search query; it finds documents by their pages' text too."""

    status = _any_of(serializers.ChoiceField(Status.choices))
    review_status = _any_of(serializers.ChoiceField(ReviewStatus.choices))
    team = _any_of(serializers.UUIDField())
    tag = _any_of(serializers.CharField(max_length=100))
    language = _any_of(serializers.CharField(max_length=8))
    flag = _any_of(serializers.ChoiceField(tuple(FLAG_DESCRIPTIONS)))
    mime_type = _any_of(serializers.ChoiceField([kind.mime_type for kind in ACCEPTED]))
    sha256 = _any_of(serializers.RegexField(r"^[0-9A-Fa-f]{64}$"))
    created_after = serializers.DateTimeField(required=False)
    created_before = serializers.DateTimeField(required=False)
    q = serializers.CharField(required=False, allow_blank=True, max_length=500)
    trashed = serializers.ChoiceField(tuple(_IN_TRASH), required=False, default="false")
    ordering = serializers.ChoiceField(
        [f"{sign}{name}" for name in ORDERINGS for sign in ("", "-")],
        required=False,
        default=NEWEST_FIRST,
    )

    def validate_language(self, codes: list[str]) -> list[str]:
        return [validate_language(code) for code in codes]

    def validate_sha256(self, checksums: list[str]) -> list[str]:
        return [checksum.lower() for checksum in checksums]


def filter_documents(user: User, filters: dict[str, Any]) -> QuerySet[Document]:
    """The documents that `user` may see and that match `filters`, validated DocumentFilters."""
    documents = visible_to(user).filter(_IN_TRASH[filters["trashed"]])
    for name, lookup in _LOOKUPS.items():
        if name in filters:
            documents = documents.filter(**{lookup: filters[name]})
    documents = documents.filter(has_any_flag(filters.get("flag", ())))
    for name in filters.get("tag", ()):
        tagged = Document.tags.through.objects.filter(tag__in=_tags_named(user, name))
        documents = documents.filter(id__in=tagged.values("document_id"))
    return filter_by_query(user, documents, filters.get("q", ""))


def _tags_named(user: User, name: str) -> list[Tag]:
    # Compared in Python, as when tags are made: SQLite folds the case of ASCII only.
    folded = " ".join(name.split()).casefold()
    return [
        tag for tag in Tag.objects.filter(team__in=teams_of(user)) if tag.name.casefold() == folded
    ]
