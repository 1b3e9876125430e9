"""Every address of the API x every scope of a token: what a manager's token is answered.

The rows are in scopes.txt. A failure prints the row as it was answered: put it there once you have
thought about it. The last column is a token with all scopes that is bound to another team.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from documents.models import Role, TokenScope
from documents.sign_in.tokens import create_token
from tests.factories import make_team
from tests.permissions.requests_of import BODIES
from tests.permissions.routes import fill, is_of_the_api
from tests.permissions.test_matrix import describe, needed_rows, read_rows
from tests.permissions.world import World, make_world, send_and_undo

pytestmark = pytest.mark.django_db

SCOPES = Path(__file__).with_name("scopes.txt")


@pytest.fixture
def world(media: Path, follow: Callable[[], None]) -> World:
    made = make_world()
    follow()
    return made


@pytest.fixture
def programs(world: World) -> list[Client]:
    """With a token of a manager: of each scope, and one bound to a team of which this is not."""
    manager = world.people["manager"]
    assert manager is not None
    elsewhere = make_team()
    elsewhere.memberships.create(user=manager, role=Role.MANAGER)
    keys = [create_token(manager, name="a", scopes=[scope])[1] for scope in TokenScope.values]
    keys.append(create_token(manager, name="a", team_ids=[elsewhere.id])[1])
    return [Client(headers={"authorization": f"Bearer {key}"}) for key in keys]


def of_the_api() -> list[str]:
    return [row for row in needed_rows() if is_of_the_api(row.partition(" ")[2])]


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted(of_the_api()) == sorted(read_rows(SCOPES))


def test_every_scope_is_answered_as_the_rows_say(world: World, programs: list[Client]) -> None:
    wrong = []
    rows = read_rows(SCOPES)
    for row in of_the_api():
        method, _, route = row.partition(" ")
        options = [BODIES[row](world) if row in BODIES else {} for _ in programs]
        found = [
            describe(*send_and_undo(client, method, fill(route, world), **option))
            for client, option in zip(programs, options, strict=True)
        ]
        if found != rows.get(row):
            wrong.append(f"{row} | {' '.join(found)}")

    assert not wrong, "\n".join(["answered otherwise than scopes.txt says:", *wrong])
