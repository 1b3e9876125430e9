"""Values of the archive in the user's language, for templates."""

from __future__ import annotations

from django import template

from documents.admin.engines import engine_name
from documents.admin.storage_label import place_of
from documents.admin.time_format import moment

register = template.Library()

register.filter("engine_name", engine_name)
register.filter("place_of", place_of)
register.filter("moment", moment)
