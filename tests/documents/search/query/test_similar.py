"""Scans of one paper are found, and documents that speak of the same; other teams' are not."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from documents.models import Document, Team, User
from documents.search.query.similar import SimilarDocument, find_similar
from documents.search.text.fingerprint import hash_runs, make_sketch, measure_resemblance
from tests.factories import make_document, make_team, make_user

pytestmark = pytest.mark.django_db

Follow = Callable[[], None]
WORDS = [f"слово{a}{b}" for a in "абвгдежз" for b in "иклмнопрст"]


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def user(team: Team) -> User:
    return make_user(team=team)


def text(seed: int, length: int = 150) -> str:
    chance = random.Random(seed)
    return " ".join(chance.choice(WORDS) for _ in range(length))


def misread(printed: str, share: float, seed: int = 1) -> str:
    chance = random.Random(seed)
    return " ".join(
        f"{word[:-1]}ъ" if chance.random() < share else word for word in printed.split()
    )


def titles(found: list[SimilarDocument]) -> list[str]:
    return [each.document.title for each in found]


def test_the_same_paper_scanned_twice_is_found(team: Team, user: User, follow: Follow) -> None:
    first = make_document(team, title="Первый", pages=[text(1), text(2)])
    make_document(team, title="Второй", pages=[misread(text(1), 0.08), misread(text(2), 0.08)])
    for seed in range(10, 20):
        make_document(team, title="Иной", pages=[text(seed)])
    follow()

    found = find_similar(user, first)

    assert titles(found.copies) == ["Второй"]
    assert 0.4 < found.copies[0].likeness < 1
    assert "Второй" not in titles(found.similar)


def test_documents_that_speak_of_the_same_come_first(
    team: Team, user: User, follow: Follow
) -> None:
    about = "аренда помещения склад ворота"
    first = make_document(team, title="Первый", pages=[f"{text(1, 30)} {about} {about}"])
    make_document(team, title="О том же", pages=[f"{text(2, 30)} {about}"])
    for seed in range(10, 16):
        make_document(team, title="Иной", pages=[text(seed, 60)])
    follow()

    assert titles(find_similar(user, first).similar)[0] == "О том же"


def test_other_teams_documents_are_like_nothing(team: Team, user: User, follow: Follow) -> None:
    first = make_document(team, title="Первый", pages=[text(1)])
    make_document(make_team(), title="Чужой", pages=[text(1)])
    follow()

    found = find_similar(user, first)

    assert (found.copies, found.similar) == ([], [])


def test_what_was_trashed_a_moment_ago_is_not_offered(
    team: Team, user: User, follow: Follow
) -> None:
    first = make_document(team, pages=[text(1)])
    make_document(team, title="Второй", pages=[text(1)])
    follow()
    Document.objects.filter(title="Второй").update(trashed_at="2026-01-01T00:00Z")
    assert find_similar(user, first).copies == []


def test_a_short_page_has_no_fingerprint() -> None:
    assert make_sketch(["один", "два", "три"]) == []
    assert measure_resemblance(hash_runs(["a"]), hash_runs(["a"])) == 0
