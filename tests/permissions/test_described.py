"""What the API answers is what its description says, at every address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from django.db import transaction

from tests.documents.api.openapi import check_answer
from tests.permissions.requests_of import BODIES
from tests.permissions.routes import fill, is_of_the_api
from tests.permissions.test_matrix import needed_rows
from tests.permissions.world import make_world, send

# The form of answers, which no database gives.
pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

#: What is no endpoint, but an answer to what is none, or a page; a protocol of its own.
NOT_DESCRIBED = {"GET api/", "GET api/docs/", "POST ^mcp/?$"}


def test_every_answer_is_as_described(media: Path, follow: Callable[[], None]) -> None:
    world = make_world()
    follow()
    wrong = []
    for row in needed_rows():
        method, _, route = row.partition(" ")
        if not is_of_the_api(route) or row in NOT_DESCRIBED:
            continue
        for identity in ("anonymous", "outsider", "reader", "manager"):
            options = BODIES[row](world) if row in BODIES else {}
            path = fill(route, world)
            with transaction.atomic():
                answer = send(world.program(identity), method, path, **options)
                transaction.set_rollback(True)
            try:
                check_answer(method, path, answer)
            except (AssertionError, LookupError, jsonschema.ValidationError) as error:
                wrong.append(f"{row} as {identity}: {str(error)[:500]}")

    assert not wrong, "\n".join(wrong)
