"""When a token was last used is written beside the requests that use it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError
from django.utils import timezone

from documents.models import ApiToken
from documents.sign_in import tokens
from documents.sign_in.token_uses import TokenUses
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def uses(monkeypatch: pytest.MonkeyPatch) -> TokenUses:
    """Those of a process that writes them itself; here a flush is asked for."""
    found = TokenUses()
    found.are_flushed = True
    monkeypatch.setattr(tokens, "token_uses", found)
    return found


@pytest.fixture
def token() -> ApiToken:
    return tokens.create_token(make_user("reader"))[0]


def test_a_use_costs_its_request_no_query_and_is_written_later(
    uses: TokenUses, token: ApiToken, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0):
        tokens.record_use(token)

    assert uses.flush() == 1
    token.refresh_from_db()
    assert token.last_used_at is not None
    assert timezone.now() - token.last_used_at < tokens.USE_PRECISION
    assert uses.flush() == 0


def test_all_that_were_used_are_written_by_one_query(
    uses: TokenUses, token: ApiToken, django_assert_num_queries: Any
) -> None:
    other = tokens.create_token(token.user)[0]
    for each in (token, other, token):
        tokens.record_use(each)

    with django_assert_num_queries(1):
        assert uses.flush() == 2


def test_what_a_busy_database_refuses_waits_for_the_next_flush(
    uses: TokenUses, token: ApiToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens.record_use(token)
    with monkeypatch.context() as busy:
        busy.setattr(ApiToken.objects, "filter", _refuse)
        with pytest.raises(DatabaseError):
            uses.flush()

    assert uses.flush() == 1


def _refuse(*_: object, **__: object) -> Any:
    raise DatabaseError("database is locked")
