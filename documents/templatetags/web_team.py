"""Words of the team's, the trash's and the audit's pages."""

from __future__ import annotations

import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from documents.audit.words import describe
from documents.models import AuditEntry

register = template.Library()


@register.filter
def moment(when: datetime.datetime | None) -> str:
    """In the reader's time zone; where that is not known in UTC, and it says so."""
    if when is None:
        return ""
    shown = date_format(timezone.localtime(when), "SHORT_DATETIME_FORMAT")
    return f"{shown} UTC" if timezone.get_current_timezone_name() == "UTC" else shown


@register.filter
def deed(entry: AuditEntry) -> str:
    """What was done: "approved", "downloaded: original"."""
    return describe(entry)
