"""What the template of the upload tray needs: the teams one may upload to, limits, texts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.access import Ability, teams_where
from documents.files.filetypes import ACCEPTED, ACCEPTED_NAMES
from documents.models import OcrMode, Team, User
from documents.web.texts import ScriptTexts, plural_forms


@dataclass(frozen=True)
class UploadTray:
    """`default_team`: None where the person has to choose: a wrong guess would show the document
    to the wrong people."""

    teams: list[Team]
    default_team: uuid.UUID | None
    texts: ScriptTexts
    accept: str = ",".join(
        [kind.mime_type for kind in ACCEPTED]
        + [suffix for kind in ACCEPTED for suffix in kind.suffixes]
    )
    accepted: str = ACCEPTED_NAMES

    @property
    def ocr_modes(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in OcrMode.choices]

    @property
    def splits(self) -> list[tuple[str, str]]:
        return [
            ("", _("no: one file, one document")),
            ("separator", _("at separator sheets")),
            ("blank", _("at empty pages")),
            ("blank-sheet", _("at sheets empty on both sides")),
            ("count", _("after a number of pages")),
            ("two-sides", _("two sides scanned one after the other")),
        ]

    @property
    def most_bytes(self) -> int:
        return int(settings.OCRSITE_MAX_UPLOAD_BYTES)

    @property
    def most_mb(self) -> int:
        return self.most_bytes // 2**20


def build_tray(user: User) -> UploadTray:
    """Two queries."""
    teams = list(teams_where(user, Ability.UPLOAD))
    default = user.memberships.filter(is_default=True).values_list("team_id", flat=True).first()
    own = {team.id for team in teams}
    if len(teams) == 1:
        default = teams[0].id
    return UploadTray(teams, default if default in own else None, _texts())


def _texts() -> ScriptTexts:
    today = date_format(timezone.localtime(), "SHORT_DATE_FORMAT")
    return {
        "tray-waiting": _("waiting"),
        "tray-sending": _("uploading"),
        "tray-checking": _("being stored"),
        "tray-created": _("uploaded"),
        "tray-existing": _("already in the archive"),
        "tray-refused": _("refused: {reason}"),
        "tray-too-large": _("The file is larger than {most} MB."),
        "tray-empty-folder": _("There are no files in the folder."),
        "tray-empty": _("The file is empty, or it is a folder."),
        "tray-lost": _("The connection was lost."),
        "tray-unreadable": _(
            "The file can no longer be read: it was changed or moved, or it is a folder."
        ),
        "tray-offline": _("waiting for the connection"),
        "tray-paused": _("The connection was lost. The upload resumes when it is back."),
        "tray-review": _("to review: {reason}"),
        "tray-failed": _("not read: {reason}"),
        "tray-uploading": _("{done} of {count} uploaded"),
        "tray-working": _("being read: {count}"),
        "tray-summary": _("{done} of {count} done"),
        "tray-refusals": plural_forms(lambda n: ngettext("{count} refused", "{count} refused", n)),
        "tray-pasted": _("Pasted picture {time}"),
        "shots-name": _("Scan of {day}").replace("{day}", today),
        "shots-page": _("Page {page}"),
        "shots-remove": _("Remove page {page}"),
        "shots-unreadable": _("This picture can’t be opened. Take it again."),
        "camera": _("Photograph pages"),
        "choose-files": _("Choose files"),
    }
