"""Set environment variables that libraries read when they are loaded; this project reads none."""

from __future__ import annotations

import os


def set_default(name: str, text: str) -> None:
    """Set a variable unless the environment has it already."""
    os.environ.setdefault(name, text)


def set_variable(name: str, text: str) -> None:
    """Set a variable, replacing a value that the environment has."""
    os.environ[name] = text
