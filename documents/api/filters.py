"""The filters and the ordering of the documents' list."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import serializers

from documents.access import teams_of, visible_to
from documents.api.fields import StrictSerializer
from documents.api.pagination import PARAMETERS
from documents.files.filetypes import ACCEPTED
from documents.models import Document, ReviewStatus, Status, Tag, User
from documents.review.flags import FLAGS, with_any
from documents.search.query.list_filter import documents_found
from documents.text.language_codes import validate_language

ORDERINGS = ("created_at", "title", "filename", "size")
NEWEST_FIRST = "-created_at"

_IN_TRASH = {"false": Q(trashed_at=None), "true": ~Q(trashed_at=None), "all": Q()}


def _any_of(child: serializers.Field[Any, Any, Any, Any]) -> serializers.ListField:
    """A parameter that may be repeated: any of its values will do."""
    return serializers.ListField(child=child, required=False, max_length=100)


class DocumentFilters(StrictSerializer):
    """`created_after` includes its moment, `created_before` excludes it; `tag` repeated: all.
    `q`: as in a search, of the pages' text too."""

    ignored = PARAMETERS

    status = _any_of(serializers.ChoiceField(Status.choices))
    review_status = _any_of(serializers.ChoiceField(ReviewStatus.choices))
    team = _any_of(serializers.UUIDField())
    tag = _any_of(serializers.CharField(max_length=100))
    language = _any_of(serializers.CharField(max_length=8))
    flag = _any_of(serializers.ChoiceField(tuple(FLAGS)))
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


def filtered(user: User, wanted: dict[str, Any]) -> QuerySet[Document]:
    """The documents `user` may see that meet `wanted`, a DocumentFilters' validated data."""
    documents = visible_to(user).filter(_IN_TRASH[wanted["trashed"]])
    for name in ("status", "review_status", "team", "mime_type"):
        if name in wanted:
            documents = documents.filter(**{f"{name}__in": wanted[name]})
    documents = documents.filter(with_any(wanted.get("flag", ())))
    if "language" in wanted:
        codes = [validate_language(code) for code in wanted["language"]]
        documents = documents.filter(language__in=codes)
    if "sha256" in wanted:
        documents = documents.filter(sha256__in=[value.lower() for value in wanted["sha256"]])
    if "created_after" in wanted:
        documents = documents.filter(created_at__gte=wanted["created_after"])
    if "created_before" in wanted:
        documents = documents.filter(created_at__lt=wanted["created_before"])
    for name in wanted.get("tag", ()):
        tagged = Document.tags.through.objects.filter(tag__in=_tags_called(user, name))
        documents = documents.filter(id__in=tagged.values("document_id"))
    return documents_found(user, documents, wanted.get("q", ""))


def _tags_called(user: User, name: str) -> list[Tag]:
    # Compared here and not in SQL, as when tags are made: SQLite folds the case of ASCII only.
    folded = " ".join(name.split()).casefold()
    return [
        tag for tag in Tag.objects.filter(team__in=teams_of(user)) if tag.name.casefold() == folded
    ]
