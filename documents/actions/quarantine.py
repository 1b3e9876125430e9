"""When a page is no longer tried: reading it ended badly too often."""

from __future__ import annotations

from documents.errors import Quarantined
from documents.messages import Message
from documents.models import Page

#: A page is set aside after this many attempts that ended badly: within one start of the site, and
#: in all.
MAX_ATTEMPTS_IN_A_START = 3
MAX_ATTEMPTS = 6


def quarantine_if_used_up(page: Page, why: Message) -> Quarantined | None:
    """The error of a page whose attempts are used up, else None."""
    if page.start_attempts < MAX_ATTEMPTS_IN_A_START and page.attempts < MAX_ATTEMPTS:
        return None
    return Quarantined(
        Message(
            "Set aside after {attempts} attempts; the last one: {reason} Have the failed pages "
            "read again once the cause is removed.",
            attempts=page.attempts,
            reason=why,
        ),
        document=page.document_id,
        page=page.number,
    )
