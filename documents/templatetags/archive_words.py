"""Values of the archive in the user's language, for templates."""

from __future__ import annotations

from django import template

from documents.admin.storage_label import storage_label
from documents.admin.time_format import format_moment
from documents.http.engines import engine_name

register = template.Library()

register.filter("engine_name", engine_name)
register.filter("storage_label", storage_label)
register.filter("moment", format_moment)
