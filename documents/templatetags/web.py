"""Tags of the people's pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from documents.web.shell import Shell, build_shell
from documents.web.texts import shell_texts
from documents.web.upload_tray import UploadTray, build_tray

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A picture of the sprite, for eyes only: what it means stands beside it or in a label."""
    url = static("documents/web/icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        url,
        name,
    )


@register.simple_tag(takes_context=True)
def shell(context: dict[str, Any]) -> Shell:
    """What surrounds the page. Also puts the texts of the shell's scripts into the context."""
    context["shell_texts"] = shell_texts()
    return build_shell(context["request"])


@register.simple_tag(takes_context=True)
def upload_tray(context: dict[str, Any]) -> UploadTray:
    """What the upload tray of a person who may upload needs."""
    return build_tray(context["request"].user)
