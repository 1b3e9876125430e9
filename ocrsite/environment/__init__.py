"""This process's environment: the only module that reads `os.environ`.

| module | what |
|---|---|
| `parse` | the variables, checked and typed: `Environment`; the table of all variables |
| `service_urls` | `DATABASE_URL` and `REDIS_URL` |
| `library_paths` | where Tesseract's and PaddleOCR-VL's data lies |
| `child_variables` | which variables a child process gets |
"""

from __future__ import annotations

import os
from functools import lru_cache

from ocrsite.environment import child_variables
from ocrsite.environment.parse import Environment, parse_variables


@lru_cache(maxsize=1)
def read_environment() -> Environment:
    """This process's environment, read once. Raises ConfigurationError."""
    return parse_variables(os.environ)


def use_settings() -> None:
    """Check the environment and name Django's settings module. Raises ConfigurationError."""
    read_environment()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")


def build_child_variables(**changes: str) -> dict[str, str]:
    """The variables for a child process that is part of the site, with `changes`."""
    return child_variables.select_for_child(os.environ, changes)


def build_untrusted_child_variables() -> dict[str, str]:
    """The variables for a child process that parses uploaded files."""
    return child_variables.select_for_untrusted_child(os.environ)


def build_gpu_child_variables() -> dict[str, str]:
    """The variables for the batched recogniser's process."""
    return child_variables.select_for_gpu_child(os.environ)
