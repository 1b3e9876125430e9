"""Times, as people read them."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import date_format

_UTC = "UTC"


def moment(when: datetime.datetime, form: str = "SHORT_DATETIME_FORMAT") -> str:
    """`when` on the person's own clock (ocrsite/middleware/time_zone.py). Where
    their zone is not known, in UTC, and it says so."""
    shown = date_format(timezone.localtime(when), form)
    return f"{shown} {_UTC}" if timezone.get_current_timezone_name() == _UTC else shown
