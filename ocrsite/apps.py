from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The site as an app: its `serve` command and its system checks."""

    name = "ocrsite"
    verbose_name = "ocrsite"
