"""Nobody but the site's user reads its files, whatever the umask it is started with."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from documents.files.atomic import create_file, lock_file, write_file
from documents.files.storage import LocalArchive
from documents.search.index.index_files import create_generation
from ocrsite.data_directory import choose_data_directory, keep_files_private
from tests.ocrsite.running_site import ADMIN_PASSWORD, ROOT, eventually, running_from_nothing

UMASKS = pytest.mark.parametrize("umask", [0o000, 0o077], ids=["umask-000", "umask-077"])


def open_to_others(root: Path) -> list[str]:
    """What below `root` (and itself) another user or the group may read, write or enter."""
    found = []
    for path in [root, *root.rglob("*")]:
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:  # a running site removes what it no longer needs
            continue
        private = 0o600 if stat.S_ISREG(mode) else 0o700
        if not stat.S_ISLNK(mode) and stat.S_IMODE(mode) & ~private:
            found.append(f"{path.relative_to(root)} {stat.filemode(mode)}")
    return found


def letter() -> bytes:
    """A PNG with a line of text."""
    sheet = Image.new("L", (600, 200), "white")
    ImageDraw.Draw(sheet).text((40, 80), "A letter of one line", fill="black", font_size=32)
    written = io.BytesIO()
    sheet.save(written, "PNG")
    return written.getvalue()


@pytest.fixture
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


@pytest.mark.parametrize("umask", [0o000, 0o077], indirect=True)
def test_what_the_archive_writes_is_private_by_itself(umask: int, tmp_path: Path) -> None:
    root = choose_data_directory(str(tmp_path / "data"), tmp_path).path
    archive = LocalArchive(root / "media")
    write_file(root / "state", b"a")
    create_file(root / "secret", b"a")
    os.close(lock_file(root / "lock"))
    create_generation(root / "search")
    keep_files_private(root)
    archive.write("documents/1/original/a.pdf", b"a")

    assert open_to_others(root) == []


@pytest.mark.parametrize("umask", [0o000], indirect=True)
def test_a_data_directory_that_was_left_open_is_closed(umask: int, tmp_path: Path) -> None:
    root = tmp_path / "data"
    root.mkdir(mode=0o777)

    keep_files_private(root)

    assert stat.S_IMODE(root.stat().st_mode) == 0o700


@UMASKS
def test_database_and_secrets_of_a_command_are_private(umask: int, tmp_path: Path) -> None:
    root = tmp_path / "data"
    subprocess.run(
        [sys.executable, "manage.py", "bootstrap"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "OCRSITE_DATA_DIR": str(root)},
        preexec_fn=lambda: os.umask(umask) and None,
        check=True,
        capture_output=True,
    )

    assert (root / "db.sqlite3").exists()
    assert open_to_others(root) == []


@pytest.mark.long
@pytest.mark.real_site
@pytest.mark.sqlite_only
@pytest.mark.parametrize("umask", [0o000, 0o077], indirect=True)
def test_everything_that_a_running_site_keeps_is_private(umask: int, tmp_path: Path) -> None:
    with running_from_nothing(tmp_path / "data", OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD) as site:
        site.wait_for_ocr_workers()
        site.log_in()
        document = site.upload("letter.png", letter()).json()["id"]
        eventually(lambda: site.document(document)["status"] == "ready", 120, "a read document")
        site.call(f"/api/v1/documents/{document}/thumbnail/")
        names = {path.relative_to(site.data_dir).parts[0] for path in site.data_dir.rglob("*")}

        assert {"db.sqlite3", "media", "queue", "run", "search"} <= names
        assert open_to_others(site.data_dir) == []
