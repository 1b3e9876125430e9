"""The filters of a list of documents, for the API, the people's pages and changes of many at once.

They are those of a search, and some that only the database knows. `q` is a search query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q

from documents.access import teams_of, visible_to
from documents.models import (
    PRIORITY_WORDS,
    Document,
    Priority,
    Status,
    Tag,
    User,
)
from documents.models.document import DocumentQuerySet
from documents.models.engines_field import read_by
from documents.models.member import find_group
from documents.models.recognition import UNFINISHED
from documents.review.flags import has_any_flag
from documents.search.query.filters import FILTERS, Filters, one_of, text
from documents.search.query.list_filter import filter_by_query
from documents.text.language_codes import NO_LANGUAGE

QUERY_LENGTH = 500
IN_TRASH, ALSO_TRASH, NO_TRASH = "true", "all", "false"
#: The value of `box`.
INBOX = "inbox"

#: Filters whose value is a column's, and how it is compared.
_LOOKUPS = {
    "status": "status__in",
    "review_status": "review_status__in",
    "team": "team__in",
    "language": "language__in",
    "mime_type": "mime_type__in",
    "sha256": "sha256__in",
    "owner": "created_by__username__in",
    "origin": "origin_kind__in",
    "origin_name": "origin_name__in",
}
_WORK = (*UNFINISHED, Status.FAILED)
_TRASHED = {NO_TRASH: Q(trashed_at=None), IN_TRASH: ~Q(trashed_at=None), ALSO_TRASH: Q()}


#: By name, as `filters.parse_filters` takes them.
LIST_FILTERS: Filters = {
    **FILTERS,
    "priority": one_of(PRIORITY_WORDS),
    "owner": text(150),
    "q": text(QUERY_LENGTH),
    "trashed": one_of(_TRASHED),
    "box": one_of((INBOX,)),
}


def filter_documents(user: User, filters: Mapping[str, Sequence[object]]) -> DocumentQuerySet:
    """The documents that `user` may see and that match `filters`: values by the names of
    LIST_FILTERS. Of several values any may match, but a document has all of the tags. Without
    `trashed` none in the trash, and without `sha256`, which names one file, no older edition."""
    documents = visible_to(user).filter(_TRASHED[str(_first(filters, "trashed") or NO_TRASH)])
    if not filters.get("sha256"):
        documents = documents.newest()
    if _first(filters, "box") == INBOX:
        documents = documents.inbox()
    for name, lookup in _LOOKUPS.items():
        if filters.get(name):
            values = list(filters[name])
            if name == "language":
                values = ["" if value == NO_LANGUAGE else value for value in values]
            documents = documents.filter(**{lookup: values})
    if after := _first(filters, "created_after"):
        documents = documents.filter(created_at__gte=after)
    if before := _first(filters, "created_before"):
        documents = documents.filter(created_at__lt=before)
    for name in ("container", "together"):
        if containers := filters.get(name):
            documents = documents.filter(
                id__in=find_group(map(str, containers), whole=name == "together")
            )
    if years := filters.get("year"):
        documents = documents.filter(created_at__year__in=[int(str(year)) for year in years])
    documents = documents.filter(has_any_flag(str(name) for name in filters.get("flag", ())))
    engines, versions = (map(str, filters.get(n, ())) for n in ("engine", "engine_version"))
    documents = documents.filter(read_by("engines", engines, versions))
    if (below := _first(filters, "confidence_below")) is not None:
        documents = documents.filter(confidence__lt=float(str(below)))
    if words := filters.get("priority"):
        documents = documents.filter(priority__in=[Priority.of_word(str(word)) for word in words])
    if tags := [str(name) for name in filters.get("tag", ())]:
        documents = _with_tags(user, documents, tags)
    return filter_by_query(user, documents, str(_first(filters, "q") or ""))


def in_work_or_failed(documents: DocumentQuerySet) -> DocumentQuerySet:
    """Those that are being read, wait for it, or could not be read at all."""
    return documents.filter(status__in=_WORK)


def without_work(documents: DocumentQuerySet) -> DocumentQuerySet:
    """The others."""
    return documents.exclude(status__in=_WORK)


def _with_tags(user: User, documents: DocumentQuerySet, names: Sequence[str]) -> DocumentQuerySet:
    # Compared in Python, as when tags are made: SQLite folds the case of ASCII only.
    teams = Tag.objects.filter(team__in=teams_of(user)).values_list("id", "name")
    folded = [(id_, name.casefold()) for id_, name in teams]
    for wanted in names:
        key = " ".join(wanted.split()).casefold()
        ids = [id_ for id_, name in folded if name == key]
        tagged = Document.tags.through.objects.filter(tag__in=ids)
        documents = documents.filter(id__in=tagged.values("document_id"))
    return documents


def _first(filters: Mapping[str, Sequence[object]], name: str) -> object | None:
    return next(iter(filters.get(name, ())), None)
