"""The review queue: flagged, read, unreviewed; the least trusted first."""

from __future__ import annotations

import pytest

from documents.models import Document, ReviewStatus, Status
from documents.review.queue import LEAST_TRUSTED_FIRST
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
