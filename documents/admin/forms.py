"""The forms that the admin's views take: typed values from what a page posts.

They check types only. What a value may be is the action's rule, and the action says what is wrong
with it, the same as for the API.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from documents.actions.reprocess import ALL, FAILED
from documents.engines.names import OCR_ENGINES
from documents.models import OcrMode


class TypedText(forms.CharField):
    """Text as it was typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, strip=False, **kwargs)
        self.validators = []


class NamesField(TypedText):
    """Names with commas between them; None where the field was not sent."""

    def clean(self, value: Any) -> list[str] | None:
        return None if value is None else str(value).split(",")


class NoFields(forms.Form):
    """For a button that sends nothing."""


class DecisionForm(forms.Form):
    """`version`: the document's as the page showed it; None decides on the newest."""

    version = forms.IntegerField(required=False, min_value=1)


class ReprocessForm(forms.Form):
    pages = forms.ChoiceField(choices=[(ALL, ALL), (FAILED, FAILED)], required=False)
    engine = forms.ChoiceField(choices=[(name, name) for name in OCR_ENGINES], required=False)
    ocr = forms.ChoiceField(choices=OcrMode.choices, required=False)

    def clean_pages(self) -> str:
        return self.cleaned_data["pages"] or ALL

    def clean_engine(self) -> str | None:
        return self.cleaned_data["engine"] or None

    def clean_ocr(self) -> str | None:
        return self.cleaned_data["ocr"] or None


class PasswordForm(forms.Form):
    """What opens a protected file."""

    password = TypedText()


class DetailsForm(forms.Form):
    """The page sends each field with a hidden `initial-...`, the value that it showed. A field
    that the person left as it was is not changed: another person may have changed it since."""

    title = TypedText(show_hidden_initial=True)
    language = TypedText(show_hidden_initial=True)
    tags = TypedText(show_hidden_initial=True)

    def changes(self) -> dict[str, Any]:
        """Arguments of the `edit` action."""
        values = {
            name: self.cleaned_data[name] if name in self.data else None
            for name in self.changed_data
        }
        tags, seen = values.get("tags"), self.data.get(self.add_initial_prefix("tags"))
        return {
            **values,
            "tags": None if tags is None else tags.split(","),
            "tags_seen": None if seen is None else seen.split(","),
        }


class RenameTeamForm(forms.Form):
    name = TypedText()


class RoleForm(forms.Form):
    role = TypedText()


class InviteForm(RoleForm):
    username = TypedText()


def report_errors(request: HttpRequest, form: forms.Form) -> None:
    """Say what is wrong with the form at the top of the next page."""
    for errors in form.errors.values():
        for error in errors:
            messages.error(request, str(error))
