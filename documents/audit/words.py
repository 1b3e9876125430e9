"""An entry of the audit in the reader's words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.models import AuditEntry, AuditKind
from documents.models.event import EventKind

#: Deeds that no event stands for, by their names in `AuditEntry.what`.
_DEEDS = {
    "page": gettext_lazy("opened"),
    "link.made": gettext_lazy("link to a file made"),
    "document.purged": gettext_lazy("deleted for good"),
    "audit.exported": gettext_lazy("audit exported"),
    "trash.emptied": gettext_lazy("deletion ordered"),
    "trash.kept": gettext_lazy("deletion taken back"),
    "team.renamed": gettext_lazy("team renamed"),
    "team.rules": gettext_lazy("rules of keeping changed"),
    "team.made": gettext_lazy("team made"),
    "account.password": gettext_lazy("password changed"),
    "account.logged_out": gettext_lazy("logged out everywhere"),
    "engine.approved": gettext_lazy("engine approved"),
    "token.made": gettext_lazy("token made"),
    "token.revoked": gettext_lazy("token revoked"),
    "webhook.made": gettext_lazy("webhook made"),
    "webhook.changed": gettext_lazy("webhook changed"),
    "webhook.secret": gettext_lazy("webhook’s secret changed"),
    "webhook.stopped": gettext_lazy("webhook stopped"),
    "webhook.started": gettext_lazy("webhook started again"),
    "webhook.failed": gettext_lazy("webhook stopped after failures"),
    "webhook.deleted": gettext_lazy("webhook deleted"),
    "webhook.replayed": gettext_lazy("messages sent again"),
    "source.made": gettext_lazy("source made"),
    "source.changed": gettext_lazy("source changed"),
    "source.stopped": gettext_lazy("source paused"),
    "source.started": gettext_lazy("source started again"),
    "source.deleted": gettext_lazy("source deleted"),
    "member.invited": gettext_lazy("member invited"),
    "member.added": gettext_lazy("member added"),
    "member.joined": gettext_lazy("invitation accepted"),
    "member.renewed": gettext_lazy("invitation renewed"),
    "member.role": gettext_lazy("role changed"),
    "member.removed": gettext_lazy("member removed"),
}


def describe(entry: AuditEntry) -> str:
    """What was done, in the active language: "approved", "original downloaded"."""
    if entry.what in _DEEDS:
        return str(_DEEDS[entry.what])
    if entry.what in EventKind.values:
        return str(EventKind(entry.what).label)
    if entry.kind == AuditKind.EXPORTED:
        return _("downloaded: %(file)s") % {"file": entry.what}
    return entry.what
