"""A lease: held by one at a time, refused to earlier holders."""

from __future__ import annotations

import datetime

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from documents.models import Document
from tests.factories import make_document

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

LEASE = Document.sync_lease


@pytest.fixture
def row() -> QuerySet[Document]:
    return Document.objects.filter(id=make_document().id)


def take(row: QuerySet[Document]) -> int:
    token = LEASE.take(row)
    assert token is not None
    return int(token)


def expire(row: QuerySet[Document]) -> None:
    row.update(sync_lease_expires_at=timezone.now() - datetime.timedelta(seconds=1))


def test_a_lease_has_one_holder(row: QuerySet[Document]) -> None:
    take(row)

    assert LEASE.take(row) is None


def test_an_expired_lease_is_renewed_until_another_takes_it(row: QuerySet[Document]) -> None:
    first = take(row)
    expire(row)
    assert LEASE.renew(row, first)
    assert LEASE.take(row) is None

    expire(row)
    second = take(row)

    assert second > first
    assert not LEASE.renew(row, first)
    assert not LEASE.release(row, first, title="by an earlier holder")
    assert row.get().title != "by an earlier holder"


def test_a_released_lease_is_free_and_not_renewed(row: QuerySet[Document]) -> None:
    token = take(row)

    assert LEASE.release(row, token, title="released")

    assert row.get().title == "released"
    assert not LEASE.renew(row, token)
    assert take(row) > token


def test_a_lease_may_be_released_from_a_later_time_on(row: QuerySet[Document]) -> None:
    token = take(row)

    LEASE.release(row, token, free_at=timezone.now() + datetime.timedelta(minutes=1))

    assert LEASE.take(row) is None


def test_the_leases_of_all_holders_end_at_once(row: QuerySet[Document]) -> None:
    token = take(row)
    make_document()

    assert LEASE.end_all(Document.objects.all()) == 1

    assert not LEASE.renew(row, token)
    assert take(row) > token


def test_a_revoked_lease_is_free_and_its_token_is_refused(row: QuerySet[Document]) -> None:
    token = take(row)

    LEASE.revoke_all(row)

    assert not LEASE.renew(row, token)
    assert take(row) == token + 2


def test_a_locked_row_is_given_a_lease_and_saved_by_its_holder(row: QuerySet[Document]) -> None:
    document = row.get()
    LEASE.grant(document)
    document.save_changed_fields()

    assert LEASE.take(row) is None
    assert LEASE.renew(row, document.sync_lease_token)


def test_each_lease_is_one_update(
    row: QuerySet[Document], django_assert_num_queries: object
) -> None:
    token = take(row)

    with django_assert_num_queries(1):  # type: ignore[operator]
        LEASE.renew(row, token)
    with django_assert_num_queries(1):  # type: ignore[operator]
        LEASE.release(row, token)
