"""A manager says what of a team's documents goes to review."""

from __future__ import annotations

import uuid

from documents import access
from documents.access import Ability
from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models import ReviewRules, User


def set_review_rules(
    team_id: uuid.UUID,
    *,
    actor: User | None,
    flagged: bool,
    below_confidence: float | None,
    sample_percent: int,
) -> ReviewRules:
    """They count for documents whose reading ends from now on.

    `below_confidence`: 0 to 1; None for no such rule. Raises NotFound, NotAllowed, InvalidRequest.
    """
    team = access.require_team(actor, Ability.MANAGE, team_id)
    if below_confidence is not None and not 0 <= below_confidence <= 1:
        message = Message("A confidence is a number from 0 to 100 percent.")
        raise InvalidRequest.for_field("below_confidence", message)
    if not 0 <= sample_percent <= 100:
        message = Message("A sample is a whole number from 0 to 100 percent.")
        raise InvalidRequest.for_field("sample_percent", message)
    rules, _ = ReviewRules.objects.update_or_create(
        team=team,
        defaults={
            "flagged": flagged,
            "below_confidence": below_confidence,
            "sample_percent": sample_percent,
        },
    )
    return rules
