"""Every address of the site x everybody who may knock: what they are answered.

The rows are in matrix.txt; the routes come from the URL patterns, so a new one fails here until it
has a row. A failure prints the row as it was answered: put it there once you have thought about it.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.http.response import HttpResponseBase

from tests.permissions.requests_of import BODIES
from tests.permissions.routes import fill, find_routes, is_of_the_api, methods_of
from tests.permissions.world import (
    IDENTITIES,
    World,
    deactivate,
    make_world,
    send_and_undo,
)

pytestmark = pytest.mark.django_db

MATRIX = Path(__file__).with_name("matrix.txt")


#: Ids, and the token of a form.
_PASSING = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|/\d+/|value=.[A-Za-z0-9]{64}.")


def read_matrix() -> dict[str, list[str]]:
    """By "METHOD route": the answers, in the order of the identities."""
    return read_rows(MATRIX)


def read_rows(file: Path) -> dict[str, list[str]]:
    """By "METHOD route": the answers in that file."""
    rows = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            request, _, answers = line.rpartition(" | ")
            rows[request.strip()] = answers.split()
    return rows


def is_for_programs(route: str) -> bool:
    return is_of_the_api(route) or route.startswith(("^health", "^metrics"))


def describe(answer: HttpResponseBase, changed: bool) -> str:
    """The status ("login": led to the log-in), with "+" where the request changed something."""
    to_log_in = answer.status_code == 302 and "/login/" in answer["Location"]
    return ("login" if to_log_in else str(answer.status_code)) + "+" * changed


@pytest.fixture
def world(media: Path, follow: Callable[[], None]) -> World:
    made = make_world()
    follow()
    return made


def options_of(row: str, world: World) -> dict[str, Any]:
    return BODIES[row](world) if row in BODIES else {}


def needed_rows() -> list[str]:
    rows = [
        f"{method} {route}" for route, view in find_routes().items()
        for method in methods_of(route, view)
    ]  # fmt: skip
    return [*rows, *(key for key in BODIES if key not in rows)]


def test_every_address_has_a_row_and_every_row_an_address() -> None:
    assert sorted(row.strip() for row in needed_rows()) == sorted(read_matrix())


@pytest.mark.timeout(400)
def test_everybody_is_answered_as_the_matrix_says(world: World) -> None:
    browsers = {identity: world.browser(identity) for identity in IDENTITIES}
    programs = {identity: world.program(identity) for identity in IDENTITIES}
    deactivate(world)
    wrong = []
    for row, expected in read_matrix().items():
        method, _, route = row.partition(" ")
        clients = programs if is_for_programs(route) else browsers
        found = []
        for identity in IDENTITIES:
            options = options_of(row, world)
            answer = send_and_undo(clients[identity], method, fill(route, world), **options)
            found.append(describe(*answer))
        if found != expected:
            wrong.append(f"{row} | {' '.join(found)}")

    assert not wrong, "\n".join(["answered otherwise than matrix.txt says:", *wrong])


def test_a_foreign_thing_and_one_that_does_not_exist_look_alike(world: World) -> None:
    """By status, place and words: nothing tells an outsider that there is something."""
    nothing: World = World(
        **{
            **vars(world),
            "places": {
                **world.places,
                "document_id": str(uuid.uuid4()),
                "team_id": str(uuid.uuid4()),
                "search_id": str(uuid.uuid4()),
                "token_id": str(uuid.uuid4()),
                "webhook_id": str(uuid.uuid4()),
                "source_id": str(uuid.uuid4()),
                "upload_id": str(uuid.uuid4()),
                "fetch_id": str(uuid.uuid4()),
                "arrangement_id": str(uuid.uuid4()),
                "change_id": str(uuid.uuid4()),
                "tag_id": str(uuid.uuid4()),
                "batch_id": str(uuid.uuid4()),
                "membership_id": "987654",
                "user_id": "987654",
                "id": "987654",
            },
            "objects": {
                name: "987654" if name == "user" else str(uuid.uuid4()) for name in world.objects
            },
        }
    )
    browser, program = world.browser("outsider"), world.program("outsider")
    different = []
    for row in read_matrix():
        method, _, route = row.partition(" ")
        if "<" not in route or "log-out" in route:
            continue
        client = program if is_for_programs(route) else browser
        looks = []
        for where in (world, nothing):
            options = options_of(row, where)
            answer, changed = send_and_undo(client, method, fill(route, where), **options)
            looks.append((describe(answer, changed), appearance(answer)))
        if looks[0] != looks[1]:
            different.append(f"{row}: {looks[0]} and {looks[1]}"[:600])

    assert not different, "\n".join(different)


def appearance(answer: Any) -> tuple[str, str]:
    """Location and body, without the ids that were asked for and without what is new each time."""
    body = "" if answer.streaming else answer.content.decode(errors="replace")
    location, body = (
        _PASSING.sub("-", text) for text in (answer.headers.get("Location", ""), body)
    )
    return location, body
