"""Variables that libraries read when they are loaded: written here, read by nothing of ours."""

from __future__ import annotations

import os


def set_default(name: str, text: str) -> None:
    """A value from outside stays."""
    os.environ.setdefault(name, text)


def set_variable(name: str, text: str) -> None:
    """Over any value from outside."""
    os.environ[name] = text
