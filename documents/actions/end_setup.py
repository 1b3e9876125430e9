"""Put the set-up page away: everything is done, or the administrator wants no more of it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from documents.errors import RoleTooLow
from documents.messages import Message
from documents.models import ArchiveIdentity, User
from documents.models.identity import identity


def end_setup(*, actor: User) -> None:
    """Put away already: nothing changes. Raises NotAllowed."""
    if not actor.is_superuser:
        raise RoleTooLow(Message("Only an administrator sets the archive up."))
    with transaction.atomic():
        identity()
        ArchiveIdentity.objects.filter(set_up_at=None).update(set_up_at=timezone.now())
