"""Remove parts of a stack."""

from __future__ import annotations

import contextlib
from collections.abc import Collection

from documents.access import SYSTEM
from documents.actions.trash import trash
from documents.errors import NotFound
from documents.models import Document, Member, MemberOutcome


def drop_parts(document: Document, *, keep: Collection[str]) -> None:
    """Inside a transaction: forget the parts of the stack whose pages are none of `keep`. What was
    made of them goes to the trash, unless it came of another container, too."""
    for member in document.members.exclude(pages="").exclude(pages__in=keep):
        others = Member.objects.filter(document=member.document).exclude(pk=member.pk)
        made = member.outcome == MemberOutcome.CREATED and not others.exists()
        if made and member.document is not None:
            with contextlib.suppress(NotFound):  # deleted for good
                trash(member.document, actor=SYSTEM)
        member.delete()
