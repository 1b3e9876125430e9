"""Codes, numbers and phones are found in whatever groups they are printed and typed."""

from __future__ import annotations

import pytest

from documents.models import Team, User
from tests.documents.search.query.asking import Follow, numbers
from tests.factories import make_document

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

PRINTED = (
    "Прицеп АК 4417 77, полис ХХХ № 0172845561, тел. 8 (495) 771-20-33",
    "Container CTB 0093 1188, account DE44 5001 0517 5407 3249 31, VAT GB 123 4567 89",
    "Автомобиль К482ОР61 и прицеп У 905 ТМ 199",
    "Об'єкт здано",
)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("АК441777", [1]),
        ("ak 441777", [1]),
        ("XXX0172845561", [1]),
        ("ХХХ 0172845561", [1]),
        ("84957712033", [1]),
        ("+74957712033", [1]),
        ("+7 495 771 20 33", [1]),
        ("+7 (495) 771-20-33", [1]),
        ("495 7712033", [1]),
        ("АК441778", []),
        ("ctb00931188", [2]),
        ("СТВ 00931188", [2]),
        ("DE44500105175407324931", [2]),
        ("GB123456789", [2]),
        ("DE44500105175407324932", []),
        ("K 482 OP 61", [3]),
        ("у905тм199", [3]),
        ("Y 905 TM199", [3]),
        ("К 482 ОР 62", []),
        ("обʼєкт", [4]),
        ("об’єкт", [4]),
    ],
)
def test_a_code_is_found_however_it_is_grouped(
    team: Team, user: User, follow: Follow, asked: str, found: list[int]
) -> None:
    make_document(team, pages=PRINTED)
    follow()

    assert numbers(user, asked) == found
