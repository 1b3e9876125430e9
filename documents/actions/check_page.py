"""A reviewer marks a page as checked: the review goes on at the first page that is not."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.lease_review import renew_by_work
from documents.events import commit_change
from documents.models import Page, User


def check_page(
    document_id: uuid.UUID, number: int, *, actor: User | None, checked: bool = True
) -> Page:
    """Set the page's mark, or take it away; doubts on it stay open.

    Raises NotFound, NotAllowed, Conflict (in the trash).
    """
    with transaction.atomic():
        document = access.require_locked(actor, Ability.CORRECT, document_id)
        document.refuse_if_closed()
        page = document.pages.get_numbered(document, number)
        if checked != (page.checked_at is not None):
            page.checked_at = timezone.now() if checked else None
            page.checked_by = actor if checked else None
            page.save_changed_fields()
            renew_by_work(document, actor)
            commit_change(document)
    return page


def set_checked(page: Page, by: User | None) -> None:
    """Set, without saving: the page is checked by `by`, or by nobody. A mark that somebody set
    stays theirs. (Part of other actions.)"""
    if by is None:
        page.checked_at = page.checked_by = None
    elif page.checked_at is None:
        page.checked_at, page.checked_by = timezone.now(), by
