"""End a token: from now on it opens nothing."""

from __future__ import annotations

import structlog

from documents.models import ApiToken

log = structlog.get_logger(__name__)


def revoke_token(token: ApiToken) -> None:
    """Whoever holds a token may revoke it. One that is gone already is no error."""
    ApiToken.objects.filter(pk=token.pk).delete()
    log.info("token_revoked", user_id=token.user_id)
