"""The review queue: flagged, read, unreviewed; the least trusted first."""

from __future__ import annotations

import pytest

from documents.models import Document, ReviewStatus, Status
from documents.review.queue import LEAST_TRUSTED_FIRST, find_next
from tests.factories import make_document

pytestmark = pytest.mark.django_db


def flagged(confidence: float | None, **fields: object) -> Document:
    fields = {"pages": ["text"], "flags": ["disputed"], "confidence": confidence, **fields}
    return make_document(**fields)  # type: ignore[arg-type]


def queue() -> list[Document]:
    return list(Document.objects.to_review().order_by(*LEAST_TRUSTED_FIRST))


def test_the_least_trusted_is_first_and_the_unknown_before_it() -> None:
    sure, doubtful, unknown = flagged(0.9), flagged(0.4), flagged(None)

    assert queue() == [unknown, doubtful, sure]


@pytest.mark.parametrize(
    "fields",
    [
        {"flags": []},
        {"status": Status.PROCESSING},
        {"status": Status.FAILED},
        {"review_status": ReviewStatus.APPROVED},
        {"review_status": ReviewStatus.REJECTED},
    ],
)
def test_what_needs_no_review_is_not_in_it(fields: dict[str, object]) -> None:
    flagged(0.5, **fields)

    assert queue() == []


def test_the_next_one_follows_and_after_the_last_comes_the_first() -> None:
    first, second, third = flagged(0.1), flagged(0.2), flagged(0.3)
    documents = Document.objects.to_review()

    assert find_next(documents, first) == second.id
    assert find_next(documents, second) == third.id
    assert find_next(documents, third) == first.id


def test_documents_trusted_alike_follow_by_their_ids() -> None:
    documents = sorted((flagged(0.5) for _ in range(3)), key=lambda document: document.id)

    assert find_next(Document.objects.to_review(), documents[0]) == documents[1].id


def test_after_the_only_one_there_is_none() -> None:
    assert find_next(Document.objects.to_review(), flagged(0.5)) is None
