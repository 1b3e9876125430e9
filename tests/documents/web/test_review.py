"""The review desk's pages and answers: who sees what, and what each step costs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents.actions.lease_review import lease_review
from documents.models import Document, ReviewRules, Role, Team, User
from tests.doubtful_pages import plant_doubtful
from tests.factories import make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team("Accounts")


@pytest.fixture
def reviewer(team: Team) -> User:
    return make_user("reviewer", team=team)


def logged_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def browser(reviewer: User) -> Client:
    return logged_in(reviewer)


def desk(document: Document, name: str = "") -> str:
    return reverse(f"web:review-{name or 'desk'}", args=[document.id])


def send(client: Client, address: str, **data: Any) -> Any:
    return client.post(address, json.dumps(data), content_type="application/json")


def first_doubt(document: Document, client: Client) -> str:
    page = client.get(reverse("web:review-page", args=[document.id, 1])).json()["page"]
    return str(page["doubts"][0]["id"])


def queries(client: Client, address: str, data: dict[str, Any] | None = None) -> int:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address) if data is None else send(client, address, **data)
    assert answer.status_code == 200
    return len(captured)


def test_the_queue_shows_what_waits_least_certain_first(
    browser: Client, team: Team, reviewer: User
) -> None:
    sure = plant_doubtful(team, 1, title="Sure", confidence=0.9)
    plant_doubtful(team, 2, title="Poor", confidence=0.5)
    plant_doubtful(make_team(), 3, title="Foreign")
    lease_review(sure.id, actor=make_user("anna", team=team, first_name="Anna"))

    page = browser.get(reverse("web:review")).content.decode()

    assert page.index("Poor") < page.index("Sure") and "Foreign" not in page
    assert "Anna is reviewing it" in page and "3 doubts" in page


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("reason=disputed", {"One", "Two"}),
        ("reason=damaged", set()),
        ("tag=urgent", {"Two"}),
        ("assignee=me", {"One"}),
        ("assignee=nobody", {"Two"}),
        ("assignee=reviewer", {"One"}),
        ("days=1", set()),
        ("state=postponed", set()),
        ("reason=odd&days=x&team=y&state=z", {"One", "Two"}),
    ],
)
def test_filters_narrow_the_queue(
    browser: Client, team: Team, reviewer: User, query: str, titles: set[str]
) -> None:
    plant_doubtful(team, 1, title="One", assigned_to=reviewer)
    plant_doubtful(team, 2, title="Two", tags=["urgent"])

    page = browser.get(f"{reverse('web:review')}?{query}").content.decode()

    assert {title for title in ("One", "Two") if f">{title}</a>" in page} == titles


def test_next_leads_through_the_filtered_queue(browser: Client, team: Team) -> None:
    first = plant_doubtful(team, 1, tags=["urgent"])
    plant_doubtful(team, 2)
    third = plant_doubtful(team, 3, tags=["urgent"])

    one = send(browser, reverse("web:review-next"), tag="urgent").json()["document"]
    two = send(browser, reverse("web:review-next"), tag="urgent", after=one["id"]).json()

    assert one["id"] == str(first.id) and two["document"]["id"] == str(third.id)
    assert [doubt["text"] for doubt in one["first"]["doubts"]][1] == "Кузнецов"
    first.refresh_from_db()
    assert first.review_holder is not None


def test_looking_ahead_takes_nothing(browser: Client, team: Team) -> None:
    document = plant_doubtful(team, 1)

    ahead = send(browser, reverse("web:review-next"), lease=False).json()["document"]

    document.refresh_from_db()
    assert ahead["id"] == str(document.id) and document.review_holder is None


def test_a_reader_looks_and_changes_nothing(team: Team) -> None:
    document = plant_doubtful(team, 1)
    reader = logged_in(make_user(team=team, role=Role.READER))

    assert "Reviewing is for reviewers" in reader.get(reverse("web:review")).content.decode()
    assert reader.get(desk(document)).status_code == 200
    doubt = first_doubt(document, reader)
    answer = send(reader, desk(document, "answer"), page=1, doubt=doubt, answer="right")
    assert answer.status_code == 403


def test_a_refusal_says_why_in_words(browser: Client, team: Team) -> None:
    document = plant_doubtful(team, 1)

    gone = send(browser, desk(document, "answer"), page=1, doubt="gone", answer="right")
    wrong = send(browser, desk(document, "answer"), page="one", doubt="x", answer="right")

    assert gone.status_code == 409 and gone.json()["code"] == "doubt-settled"
    assert "changed since" in gone.json()["detail"]
    assert wrong.status_code == 400


def test_a_manager_sets_the_rules_of_their_team(team: Team) -> None:
    manager = logged_in(make_user(team=team, role=Role.MANAGER))
    address = reverse("web:review-rules-save", args=[team.id])

    manager.post(address, {"below": "85", "sample": "10"})
    refused = manager.post(address, {"below": "850", "sample": "10"})

    rules = ReviewRules.objects.get(team=team)
    assert (rules.flagged, rules.below_confidence, rules.sample_percent) == (False, 0.85, 10)
    assert refused.status_code == 200 and b"100" in refused.content
    assert b'value="85"' in manager.get(reverse("web:review-rules")).content


def test_what_each_step_asks_of_the_database_does_not_grow(browser: Client, team: Team) -> None:
    def costs() -> dict[str, int]:
        document = Document.objects.to_review().order_by("confidence").first()
        assert document is not None
        doubt = first_doubt(document, browser)
        answer = {"page": 1, "doubt": doubt, "answer": "right"}
        return {
            "queue": queries(browser, reverse("web:review")),
            "desk": queries(browser, desk(document)),
            "page": queries(browser, reverse("web:review-page", args=[document.id, 1])),
            "next": queries(browser, reverse("web:review-next"), {}),
            "answer": queries(browser, desk(document, "answer"), answer),
            "group": queries(browser, reverse("web:review-group")),
            "places": queries(browser, f"{reverse('web:review-group-places')}?text=Кузнецов"),
            "decide": queries(browser, desk(document, "decide"), {"verdict": "approve"}),
        }

    for number in (1, 2, 3):
        plant_doubtful(team, number)
    costs()  # the first decision of the day
    few = costs()
    for number in range(4, 12):
        plant_doubtful(team, number, pages=4, title=f"Letter {number}", confidence=0.1)
    many = costs()

    assert {step: cost for step, cost in many.items() if cost > few[step]} == {}
