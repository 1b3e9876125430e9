"""A rendering child starts with little, and where it can't, no page has failed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from documents.errors import RendererUnavailable
from ocr_worker.rendering import Limits, Renderer
from tests.ocr_worker.files import ENGLISH, PDF, pdf, write

ROOT = Path(__file__).parents[3]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return pdf(tmp_path / "good.pdf", lambda canvas: write(canvas, ENGLISH))


@pytest.mark.skipif(sys.platform != "linux", reason="macOS sets no limit of memory")
def test_a_child_without_memory_to_start_fails_no_page(good: Path) -> None:
    with Renderer(Limits(memory_bytes=24 * 1024 * 1024)) as renderer:
        with pytest.raises(RendererUnavailable) as caught:
            renderer.count_pages(good, PDF)
        assert not caught.value.permanent
        assert renderer.child_pid is None


def test_a_child_that_ends_as_it_starts_says_with_what_words(
    good: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = program(tmp_path, "echo 'No module named pypdfium2' >&2; exit 1")
    monkeypatch.setattr("ocr_worker.rendering.child_process.sys.executable", str(broken))

    with Renderer() as renderer, pytest.raises(RendererUnavailable, match="No module named"):
        renderer.count_pages(good, PDF)


def test_a_child_that_never_gets_ready_is_ended_and_fails_no_page(
    good: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    slow = program(tmp_path, "exec sleep 60")
    with Renderer(Limits(wall_seconds=0.3)) as renderer:
        monkeypatch.setattr("ocr_worker.rendering.child_process.sys.executable", str(slow))
        with pytest.raises(RendererUnavailable, match="did not start"):
            renderer.count_pages(good, PDF)
        assert renderer.child_pid is None


def test_a_program_that_is_not_there_is_not_called_a_missing_original(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_worker.rendering.child_process.sys.executable", "/no/python/here")

    with Renderer() as renderer, pytest.raises(RendererUnavailable):
        renderer.count_pages(good, PDF)


def program(directory: Path, script: str) -> Path:
    """In the place of the interpreter."""
    path = directory / "program"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="limits are read from /proc")
def test_lower_limits_of_the_environment_remain(good: Path) -> None:
    # Not even root's child may have more than it was started with.
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from ocr_worker.rendering import Renderer\n"
        "from tests.ocr_worker.rendering.test_limits import limits_of\n"
        "for what, most in ((resource.RLIMIT_AS, 1 << 30), (resource.RLIMIT_NOFILE, 48),\n"
        "                   (resource.RLIMIT_CPU, 15)):\n"
        "    resource.setrlimit(what, (most, most))\n"
        "renderer = Renderer()\n"
        "print(renderer.count_pages(Path(sys.argv[1]), 'application/pdf'))\n"
        "limits = limits_of(renderer.child_pid)\n"
        "print(*(limits[name] for name in\n"
        "        ('Max address space', 'Max open files', 'Max cpu time')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(good)], capture_output=True, text=True, cwd=ROOT
    )
    assert run.stdout.split() == ["1", str(1 << 30), "48", "15"], run.stderr


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="Linux keeps the log in memory")
def test_no_temporary_directory_is_needed(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/no/such/directory")

    with Renderer() as renderer:
        assert renderer.count_pages(good, PDF) == 1


def test_where_memory_holds_no_files_the_log_lies_in_the_archive(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.memfd_create", raising=False)
    monkeypatch.setattr("tempfile.tempdir", "/no/such/directory")

    with Renderer() as renderer:
        assert renderer.count_pages(good, PDF) == 1


def test_the_child_knows_no_django() -> None:
    code = "import sys, ocr_worker.rendering.child, ocr_worker.rendering.pages; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert not [name for name in run.stdout.split() if name.split(".")[0] == "django"]
