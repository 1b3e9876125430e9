"""The archive as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = _("Archive")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from documents.audit import listeners as audit_listeners
        from documents.files import part_headers
        from documents.replication import listeners
        from documents.search.index import change_feed
        from documents.webhooks import messages as webhook_messages

        change_feed.connect()
        listeners.connect()
        audit_listeners.connect()
        part_headers.install()
        webhook_messages.connect()
