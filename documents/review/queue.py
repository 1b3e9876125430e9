"""The review queue: what was read, is flagged and has no review; the least trusted first."""

from __future__ import annotations

import uuid

from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from documents.models import Document

#: An unknown confidence is trusted least.
_TRUST = Coalesce(F("confidence"), Value(0.0), output_field=FloatField())

#: The order of the queue, for `order_by`.
LEAST_TRUSTED_FIRST = (_TRUST.asc(), "id")


def find_next(queue: QuerySet[Document], document: Document) -> uuid.UUID | None:
    """The id of the document that follows `document` in `queue` (documents to review, in any
    order); after the last one the first again, which was passed over. None where no other is left.
    """
    others = queue.annotate(trust=_TRUST).exclude(id=document.id).order_by("trust", "id")
    trust = document.confidence or 0.0
    following = Q(trust__gt=trust) | Q(trust=trust, id__gt=document.id)
    ids = others.values_list("id", flat=True)
    return ids.filter(following).first() or ids.first()
