"""Values of the archive in the words of the person who reads the page."""

from __future__ import annotations

from django import template

from documents.admin.engines import engine_name
from documents.admin.moments import moment
from documents.admin.places import place_of

register = template.Library()

register.filter("engine_name", engine_name)
register.filter("place_of", place_of)
register.filter("moment", moment)
