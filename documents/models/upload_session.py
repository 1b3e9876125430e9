"""A file that arrives in pieces, over a line that may break (the tus protocol)."""

from __future__ import annotations

import datetime
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from documents.models.document import Document
from documents.models.lease import Leased, LeaseFields
from documents.models.team import Team


class UploadSession(Leased):
    """`length` and `offset` in bytes: of the whole, and of what has arrived. `fields`: what the
    upload said beside its file and team. `document`: what came of it. The bytes lie in a file of
    the staging directory (files/resumable.py)."""

    #: Held while a piece is written.
    lease: ClassVar = LeaseFields("lease", datetime.timedelta(minutes=5))

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="+")
    fields = models.JSONField(default=dict)
    length = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.id}: {self.offset} of {self.length}"
