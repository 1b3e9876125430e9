"""Record what the head of a message says, and call the document by its subject."""

from __future__ import annotations

from django.db import transaction

from documents.actions.upload import TITLE_LENGTH
from documents.events import commit_change
from documents.files.filenames import is_title_from_filename
from documents.models.claim import TaskClaim

#: Characters of people's names and addresses that are kept: a list may have thousands.
_PEOPLE_LENGTH = 4000


def record_mail(
    claim: TaskClaim, *, message_id: str, sender: str, to: str, cc: str, subject: str, date: str
) -> None:
    """`date`: ISO 8601, "" for none. A title that a person gave stays. Raises LeaseLost."""
    head = {
        "from": sender[:_PEOPLE_LENGTH],
        "to": to[:_PEOPLE_LENGTH],
        "cc": cc[:_PEOPLE_LENGTH],
        "subject": subject[:TITLE_LENGTH],
        "date": date,
    }
    with transaction.atomic():
        document = claim.lock()
        document.set_mail(message_id, head)
        if subject and is_title_from_filename(document.title, document.filename):
            document.title = subject[:TITLE_LENGTH]
        if document.changed_fields():
            commit_change(document)
