"""A page's lease: it is renewed, given back and lost."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.utils import timezone

from documents.actions.claim_page import claim_page
from documents.actions.release_page import release_page
from documents.actions.reprocess import reprocess
from documents.models import Page, PageStatus
from documents.models.claim import ClaimOwner
from tests.documents.actions.readers import READER, waiting_document

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def test_attempts_in_a_life_start_anew_with_the_next_life() -> None:
    waiting_document(1)
    claim = claim_page(READER)
    assert claim is not None
    Page.objects.filter(id=claim.page_id).update(status=PageStatus.PENDING)

    again = claim_page(ClaimOwner(READER.owner, uuid.uuid4()))

    assert again is not None
    page = Page.objects.get(id=claim.page_id)
    assert (page.attempts, page.start_attempts) == (2, 1)
    assert again.token > claim.token


def test_a_renewed_lease_lasts_longer() -> None:
    waiting_document(1)
    claim = claim_page(READER)
    assert claim is not None
    soon = timezone.now() + datetime.timedelta(seconds=1)
    Page.objects.filter(id=claim.page_id).update(lease_expires_at=soon)

    assert claim.renew()

    page = Page.objects.get(id=claim.page_id)
    assert page.lease_expires_at is not None and page.lease_expires_at > soon


def test_a_lease_of_an_earlier_run_is_not_renewed() -> None:
    document = waiting_document(1)
    claim = claim_page(READER)
    assert claim is not None

    reprocess(document.id, actor=None)

    assert not claim.renew()


def test_a_page_given_back_gets_its_attempt_back() -> None:
    waiting_document(1)
    claim = claim_page(READER)
    assert claim is not None

    assert release_page(claim)

    page = Page.objects.get(id=claim.page_id)
    assert (page.status, page.attempts, page.start_attempts) == (PageStatus.PENDING, 0, 0)


def test_giving_back_a_lost_claim_does_not_disturb_its_new_holder() -> None:
    waiting_document(1)
    lost = claim_page(READER)
    assert lost is not None
    Page.objects.filter(id=lost.page_id).update(status=PageStatus.PENDING)
    held = claim_page(READER)
    assert held is not None

    assert not release_page(lost)

    assert Page.objects.get(id=held.page_id).status == PageStatus.RUNNING


def test_the_lease_outlives_two_missed_renewals() -> None:
    from ocr_worker.process.base import HEARTBEAT_SECONDS

    assert Page.lease.duration.total_seconds() > 3 * HEARTBEAT_SECONDS
