"""Django's makemessages, which also finds the texts of messages (documents/messages.py)."""

from __future__ import annotations

from django.core.management.commands import makemessages


class Command(makemessages.Command):
    xgettext_options = [
        *makemessages.Command.xgettext_options,
        "--keyword=Message:1",
        "--keyword=PluralMessage:1,2",
    ]
