"""Times for people to read."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.formats import date_format

_UTC = "UTC"


def format_moment(when: datetime.datetime, form: str = "SHORT_DATETIME_FORMAT") -> str:
    """`when` in the user's time zone (ocrsite/middleware/time_zone.py). Without one it is in UTC,
    and says so."""
    shown = date_format(timezone.localtime(when), form)
    return f"{shown} {_UTC}" if timezone.get_current_timezone_name() == _UTC else shown
