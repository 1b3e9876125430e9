"""What is typed into a search, as a form's field."""

from __future__ import annotations

from typing import Any

from django import forms

MAX_QUERY_LENGTH = 1000


class TypedQuery(forms.CharField):
    """No value of it is an error."""

    def to_python(self, value: Any) -> str:
        return str(value or "").replace("\x00", " ")[:MAX_QUERY_LENGTH]
