"""`manage.py check --deploy` finds nothing, and silences nothing that a setting could answer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.module_loading import import_string

from tests.ocrsite.running_site import ROOT


def test_the_check_for_deployment_finds_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "DEBUG"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "OCRSITE_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, "no issues" in done.stdout) == (0, True), done.stdout + done.stderr


def test_the_silenced_check_of_csrf_is_answered_by_our_middleware() -> None:
    middleware = [import_string(name) for name in settings.MIDDLEWARE]

    assert any(isinstance(cls, type) and issubclass(cls, CsrfViewMiddleware) for cls in middleware)
