"""A cache directory that can't be written, as on a platform that runs the image as another user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ocrsite.running_site import ROOT

pytestmark = pytest.mark.timeout(400)

PROGRAM = """
from ocrsite.environment import use_settings
use_settings()
import django; django.setup()
from PIL import Image, ImageDraw
from ocr_worker.engines.paddleocr_vl import PaddleOCRVLEngine
engine = PaddleOCRVLEngine("cpu")
engine.load()
page = Image.new("RGB", (620, 877), "white")
ImageDraw.Draw(page).text((60, 80), "Page", "black")
print("READ", engine.read(page, dpi=75, language="", seconds=60).text.splitlines()[0])
"""

READ_ONLY = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'


def test_models_in_a_read_only_home_are_used_all_the_same(models: Path, tmp_path: Path) -> None:
    tried = shutil.which("unshare") and subprocess.run(["unshare", "--mount", "true"], check=False)
    if not tried or tried.returncode != 0:
        reason = "a directory can't be made read-only for one process here"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "OCRSITE_DATA_DIR": str(tmp_path / "data"),
        "PADDLE_PDX_CACHE_HOME": str(models),
    }

    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh", str(models),
         sys.executable, "-c", PROGRAM],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-2000:]
    assert "READ Sample text of a block." in done.stdout
