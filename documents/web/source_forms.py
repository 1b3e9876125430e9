"""What people fill in for a mailbox or an inbox in the bucket."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.actions.manage_source import PASSWORD_LENGTH
from documents.actions.send_result import RESULT_KINDS
from documents.actions.source_options import (
    CERTIFICATE_LENGTH,
    FOLDER_LENGTH,
    HOST_LENGTH,
    MOST_RULES,
    RULE_LENGTH,
    USER_LENGTH,
)
from documents.actions.take_bucket_inbox import DELETE, KEEP
from documents.actions.take_bucket_inbox import MOVE as MOVE_OBJECT
from documents.actions.take_mail import LEAVE, MOVE, SEEN
from documents.files.allowed_prefixes import PREFIX_LENGTH
from documents.models import Source, SourceKind
from documents.models.origin import NAME_LENGTH

Teams = list[tuple[str, str]]

EVERY = (
    (60, _("every minute")),
    (300, _("every 5 minutes")),
    (900, _("every 15 minutes")),
    (3600, _("every hour")),
    (24 * 3600, _("once a day")),
)
#: Empty lines for rules below those that there are.
_EMPTY_RULES = 2


class SourceForm(forms.Form):
    """What every source has. `teams`: of which the person may choose; None for a source that has
    its team."""

    name = forms.CharField(label=_("Name of the source"), max_length=NAME_LENGTH)
    team = forms.ChoiceField(label=_("Team"))
    tags = forms.CharField(
        label=_("Tags"),
        required=False,
        max_length=2000,
        help_text=_("With commas between them. Each document gets them."),
    )
    every_seconds = forms.TypedChoiceField(label=_("Look"), choices=EVERY, coerce=int, initial=300)

    def __init__(self, teams: Teams | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._only = teams[0][0] if teams else ""
        if teams and len(teams) > 1:
            self.fields["team"].choices = teams  # type: ignore[attr-defined]
        else:
            del self.fields["team"]
        every = self.initial.get("every_seconds")
        field = self.fields["every_seconds"]
        if every and every not in dict(EVERY):
            field.choices = [*EVERY, (every, f"{every} s")]  # type: ignore[attr-defined]

    @property
    def team_id(self) -> str:
        return self.cleaned_data.get("team") or self._only

    @property
    def common(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {
            "name": given["name"],
            "tags": split_names(given["tags"]),
            "every_seconds": given["every_seconds"],
        }

    @property
    def options(self) -> dict[str, Any]:
        """As `source_options` takes them."""
        raise NotImplementedError


class MailboxForm(SourceForm):
    host = forms.CharField(
        label=_("Mail server"),
        max_length=HOST_LENGTH,
        help_text=_("IMAP over TLS. A server in your own network: see OCRSITE_CALL_ALLOWED."),
        widget=forms.TextInput(attrs={"placeholder": "imap.example.com", "spellcheck": "false"}),
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=993)
    user = forms.CharField(
        label=_("User"),
        max_length=USER_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=PASSWORD_LENGTH,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Kept encrypted and never shown again."),
    )
    folders = forms.CharField(
        label=_("Folders"),
        initial="INBOX",
        max_length=4000,
        help_text=_("With commas between them, such as INBOX, INBOX/Invoices."),
    )
    since = forms.DateField(
        label=_("Messages since"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Older ones are left alone. Empty: all that are there."),
    )
    afterwards = forms.ChoiceField(
        label=_("Afterwards"),
        choices=(
            (LEAVE, _("leave the message as it is")),
            (SEEN, _("mark it as read")),
            (MOVE, _("move it to another folder")),
        ),
    )
    move_to = forms.CharField(
        label=_("Move to"),
        required=False,
        max_length=FOLDER_LENGTH,
        help_text=_("Made where it is missing."),
    )
    certificate = forms.CharField(
        label=_("Certificate of your own authority"),
        required=False,
        max_length=CERTIFICATE_LENGTH,
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": "-----BEGIN CERTIFICATE-----", "spellcheck": "false"}
        ),
        help_text=_("Only where the server’s certificate is by none that this machine trusts."),
    )

    @property
    def options(self) -> dict[str, Any]:
        given = self.cleaned_data
        since: datetime.date | None = given["since"]
        names = ("host", "port", "user", "certificate", "afterwards", "move_to")
        return {
            **{name: given[name] for name in names},
            "folders": split_names(given["folders"]),
            "since": since.isoformat() if since else "",
        }


class BucketForm(SourceForm):
    prefix = forms.CharField(  # type: ignore[assignment] # Django's own attribute stays: None
        label=_("Prefix"),
        max_length=PREFIX_LENGTH,
        help_text=_("The beginning of the keys that are taken, such as scans/in/."),
        widget=forms.TextInput(attrs={"placeholder": "scans/in/", "spellcheck": "false"}),
    )
    afterwards = forms.ChoiceField(
        label=_("Afterwards"),
        choices=(
            (KEEP, _("leave the file where it is")),
            (MOVE_OBJECT, _("move it below done/")),
            (DELETE, _("delete it from there")),
        ),
    )
    results = forms.MultipleChoiceField(
        label=_("Write results beside"),
        required=False,
        choices=[(kind, f".result.{kind}") for kind in RESULT_KINDS],
        widget=forms.CheckboxSelectMultiple,
    )

    @property
    def options(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {name: given[name] for name in ("prefix", "afterwards", "results")}


class RuleForm(forms.Form):
    """One rule; a line with nothing to look for is none."""

    sender = forms.CharField(label=_("Sender has"), required=False, max_length=RULE_LENGTH)
    subject = forms.CharField(label=_("Subject has"), required=False, max_length=RULE_LENGTH)
    folder = forms.CharField(label=_("Folder is"), required=False, max_length=FOLDER_LENGTH)
    team = forms.ChoiceField(label=_("Team"), required=False)
    tags = forms.CharField(label=_("Tags"), required=False, max_length=2000)

    def __init__(self, *args: Any, teams: Teams, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = str(self.initial.get("team", ""))
        if known and known not in dict(teams):
            teams = [*teams, (known, "…")]  # of a team that somebody else manages
        self.fields["team"].choices = teams  # type: ignore[attr-defined]


def build_rules(
    teams: Teams, data: Mapping[str, Any] | None, rules: list[dict[str, Any]]
) -> BaseFormSet[RuleForm]:
    """The rules that there are, in order, and some empty lines."""
    made = formset_factory(
        RuleForm, extra=_EMPTY_RULES, max_num=MOST_RULES, validate_max=True, absolute_max=MOST_RULES
    )
    initial = [{**rule, "tags": ", ".join(rule["tags"])} for rule in rules]
    return made(data, initial=initial, prefix="rules", form_kwargs={"teams": teams})


def read_rules(rules: BaseFormSet[RuleForm]) -> list[dict[str, Any]]:
    found = []
    for form in rules:
        given = form.cleaned_data
        if any(given.get(name) for name in ("sender", "subject", "folder")):
            names = ("sender", "subject", "folder", "team")
            rule = {name: given[name] for name in names}
            found.append({**rule, "tags": split_names(given["tags"])})
    return found


def build_form(
    kind: str, teams: Teams | None, data: Mapping[str, Any] | None, source: Source | None
) -> SourceForm:
    form = MailboxForm if kind == SourceKind.MAILBOX else BucketForm
    return form(teams, data, initial=_initial(source))


def _initial(source: Source | None) -> dict[str, Any]:
    if source is None:
        return {"since": timezone.localdate()}
    folders = source.options.get("folders", ())
    since = source.options.get("since")
    return {
        **source.options,
        "name": source.name,
        "tags": ", ".join(source.tags),
        "every_seconds": source.every_seconds,
        "folders": ", ".join(folders),
        "since": datetime.date.fromisoformat(since) if since else None,
    }


def split_names(text: str) -> list[str]:
    return [name for name in (each.strip() for each in text.split(",")) if name]
