"""Rules of a team say what goes to review; without rules its flags do."""

from __future__ import annotations

import pytest

from documents.models import Document, ReviewReason, ReviewRules
from documents.review.rules import find_reason, is_in_sample
from tests.factories import make_document

pytestmark = pytest.mark.django_db


def rules(flagged: bool = True, below: float | None = None, sample: int = 0) -> ReviewRules:
    return ReviewRules(flagged=flagged, below_confidence=below, sample_percent=sample)


def test_without_rules_flags_decide() -> None:
    flagged = make_document(flags=["disputed"], pages=["text"])
    make_document(flagged.team, pages=["text"])

    assert find_reason(flagged, flagged.flags, 0.1, None) == ReviewReason.UNDECIDED
    assert list(Document.objects.to_review()) == [flagged]


def test_each_rule_sends_what_it_names() -> None:
    document = make_document()

    assert find_reason(document, ["damaged"], 0.9, rules()) == ReviewReason.FLAGGED
    assert find_reason(document, ["damaged"], 0.9, rules(flagged=False)) == ReviewReason.NONE
    assert find_reason(document, [], 0.89, rules(below=0.9)) == ReviewReason.CONFIDENCE
    assert find_reason(document, [], 0.9, rules(below=0.9)) == ReviewReason.NONE
    assert find_reason(document, [], None, rules(below=0.9)) == ReviewReason.NONE
    assert find_reason(document, [], None, rules(sample=100)) == ReviewReason.SAMPLE


def test_a_sample_is_about_as_large_as_asked_for_and_stays() -> None:
    documents = [Document() for _ in range(1000)]

    chosen = [document for document in documents if is_in_sample(document, 20)]

    assert 130 < len(chosen) < 270
    assert chosen == [document for document in documents if is_in_sample(document, 20)]


@pytest.mark.parametrize(
    ("reason", "asked"),
    [(ReviewReason.SAMPLE, True), (ReviewReason.CONFIDENCE, True), (ReviewReason.NONE, False)],
)
def test_the_queue_follows_the_rules(reason: ReviewReason, asked: bool) -> None:
    make_document(pages=["text"], flags=["disputed"] if not asked else [], review_reason=reason)

    assert Document.objects.to_review().exists() == asked
