"""Events in the order in which they happened, for those who can't be called."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import saved_searches_visible_to, visible_to
from documents.api.fields import StrictSerializer
from documents.api.openapi.describe import describe
from documents.api.openapi.shapes.webhooks import EventsAnswer
from documents.api.views import ApiView
from documents.models import Event
from documents.models.event import EventKind
from documents.text.timestamps import iso_time
from documents.webhooks.messages import event_data

MOST = 200
#: On PostgreSQL an event may be committed after one with a higher number. Transactions are shorter
#: than this, so a reader who comes this much later misses none.
_SETTLED_AFTER = datetime.timedelta(seconds=5)


class EventParameters(StrictSerializer):
    after = serializers.IntegerField(required=False, default=0, min_value=0, max_value=2**63 - 1)
    limit = serializers.IntegerField(required=False, default=50, min_value=1)


class EventsView(ApiView):
    @describe("List events", {200: EventsAnswer}, query=EventParameters)
    def get(self, request: Request) -> Response:
        """Those of the documents that the user sees, after the number `after`, the oldest first."""
        parameters = EventParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        after = parameters.validated_data["after"]
        limit = min(parameters.validated_data["limit"], MOST)
        own = [str(pk) for pk in saved_searches_visible_to(self.user).values_list("id", flat=True)]
        events = Event.objects.filter(
            ~Q(kind=EventKind.MATCHED) | Q(data__search__in=own),
            document__in=visible_to(self.user),
            pk__gt=after,
        )
        if connection.vendor == "postgresql":
            events = events.filter(created_at__lt=timezone.now() - _SETTLED_AFTER)
        found = list(events.select_related("document").order_by("pk")[:limit])
        return Response(
            {
                "results": [_event(event) for event in found],
                "after": found[-1].pk if found else after,
            }
        )


def _event(event: Event) -> dict[str, Any]:
    return {
        **event_data(event, event.document),
        "type": event.kind,
        "at": iso_time(event.created_at),
    }
