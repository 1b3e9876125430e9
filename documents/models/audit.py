"""Who saw, changed, exported and deleted what: one row a deed of a person.

The rows name people, documents and titles by themselves, so that they outlive all of these.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from documents.models.team import Team


class AuditKind(models.TextChoices):
    VIEWED = "viewed", _("viewed")
    CHANGED = "changed", _("changed")
    EXPORTED = "exported", _("exported")
    DELETED = "deleted", _("deleted for good")
    #: Members, roles, invitations, the team's rules.
    MANAGED = "managed", _("team managed")


class AuditEntry(models.Model):
    """`what` is the deed in detail: the kind of an event, the name of a file, the verb of an
    action. `user` is None for what a rule of the team did, or where the account is gone."""

    at = models.DateTimeField(_("when"), default=timezone.now)
    kind = models.CharField(_("what"), max_length=10, choices=AuditKind.choices)
    what = models.CharField(_("in detail"), max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    username = models.CharField(_("who"), max_length=150, blank=True)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, related_name="+")
    document_id = models.UUIDField(_("document"), null=True)
    title = models.CharField(_("title"), max_length=500, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit")
        indexes = (
            models.Index(fields=("-at", "-id"), name="audit_newest_first"),
            models.Index(fields=("team", "-at", "-id"), name="audit_of_a_team"),
            models.Index(fields=("team", "kind", "-at", "-id"), name="audit_of_a_kind"),
            models.Index(fields=("document_id", "-at", "-id"), name="audit_of_a_document"),
            models.Index(fields=("username", "-at", "-id"), name="audit_of_a_name"),
        )

    def __str__(self) -> str:
        return f"{self.username} {self.what} {self.document_id or ''}"
