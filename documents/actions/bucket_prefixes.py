"""Which prefixes of the bucket a person may have read and written to."""

from __future__ import annotations

from django.conf import settings

from documents import access
from documents.errors import InvalidRequest, PrefixForbidden
from documents.files.allowed_prefixes import normalise_prefix
from documents.messages import Message
from documents.models import Team, User


def parse_prefix(text: str, field: str) -> str:
    """With one slash at the end. Raises InvalidRequest for `field`."""
    try:
        return normalise_prefix(text)
    except ValueError:
        message = Message(
            "This is the beginning of keys, such as scans/2026/, and none of those that the "
            "archive keeps its own files under."
        )
        raise InvalidRequest.for_field(field, message) from None


def require_allowed(actor: User, team: Team, prefix: str) -> None:
    """Administrators may use every prefix. Raises PrefixForbidden."""
    if access.administers(actor):
        return
    if not any(each.allows(prefix, team.name) for each in settings.OCRSITE_BATCH_PREFIXES):
        raise PrefixForbidden(
            Message(
                "This team may not use {prefix} in the bucket. An administrator allows it with "
                "OCRSITE_BATCH_PREFIXES.",
                prefix=prefix,
            )
        )
