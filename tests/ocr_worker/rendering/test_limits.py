"""Whatever a file does to the child, only that page fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest
from PIL import Image

from documents.errors import (
    EngineFailed,
    LimitExceeded,
    OriginalMissing,
    PageTooLarge,
    ReadingTimeout,
    RendererUnavailable,
)
from ocr_worker.rendering import Limits, Renderer
from tests.ocr_worker.files import ENGLISH, PDF, pdf, write
from tests.ocrsite.running_site import eventually

ROOT = Path(__file__).parents[3]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return pdf(tmp_path / "good.pdf", lambda canvas: write(canvas, ENGLISH))


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """Forms that draw forms, ten at each of nine levels: a thousand million strokes."""
    import pikepdf
    from pikepdf import Dictionary, Name

    path = tmp_path / "endless.pdf"
    with pikepdf.new() as document:
        page = document.add_blank_page(page_size=(600, 800))
        form = document.make_stream(b"0 0 m 600 800 l S")
        for _ in range(9):
            form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, [0, 0, 600, 800]
            outer = document.make_stream(b"/F Do " * 10)
            outer.Resources = Dictionary(XObject=Dictionary(F=form))
            form = outer
        page.obj.Contents = form
        page.obj.Resources = form.Resources
        document.save(path)
    return path


def child_of(renderer: Renderer) -> psutil.Process:
    assert renderer.child_pid is not None
    return psutil.Process(renderer.child_pid)


def test_a_page_that_takes_too_much_processor_time_fails_and_the_next_one_works(
    endless: Path, good: Path
) -> None:
    with Renderer(Limits(cpu_seconds=1)) as renderer:
        with pytest.raises(LimitExceeded) as caught:  # the clock's limit raises another error
            renderer.render_page(endless, PDF, 1)
        assert caught.value.page == 1
        assert renderer.count_pages(good, PDF) == 1


def test_the_child_knows_no_secret_of_the_site(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {
        "DATABASE_URL": "postgresql://ocrsite:secret@db/ocrsite",
        "OCRSITE_SECRET_KEY": "secret",
        "CLOUDRU_S3_SECRET_KEY": "secret",
        "SOME_OTHER_TOKEN": "secret",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)

    with Renderer() as renderer:
        assert renderer.count_pages(good, PDF) == 1
        variables = child_of(renderer).environ()

    assert not set(secrets) & set(variables)
    assert variables["PATH"] == os.environ["PATH"]


def test_processor_time_is_limited_for_each_page_separately(good: Path) -> None:
    with Renderer(Limits(cpu_seconds=1)) as renderer:
        for _ in range(15):  # more than a second in all
            renderer.render_page_image(good, PDF, 1, rotation=90)
            renderer.render_page(good, PDF, 1, dpi=300)


def test_a_page_that_hangs_times_out_and_may_be_retried(endless: Path, good: Path) -> None:
    with Renderer() as renderer:
        renderer.count_pages(good, PDF)
        # The clock of a request runs while a child starts, too: this one has started.
        renderer._child._limits = Limits(wall_seconds=0.5)
        with pytest.raises(ReadingTimeout) as caught:
            renderer.render_page(endless, PDF, 1)
        assert not caught.value.permanent
        renderer._child._limits = Limits()
        assert renderer.count_pages(good, PDF) == 1


def test_a_page_that_wants_more_memory_than_allowed_fails(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("RGB", (9000, 9000)).save(path)
    limits = Limits(memory_bytes=200 * 1024 * 1024)
    with Renderer(limits) as renderer, pytest.raises(LimitExceeded):
        renderer.render_page(path, "image/png", 1)


def test_an_image_bomb_is_refused_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("1", (30_000, 30_000)).save(path)
    with Renderer() as renderer:
        with pytest.raises(PageTooLarge):
            renderer.render_page(path, "image/png", 1)
        assert child_of(renderer).memory_info().rss < 300 * 1024 * 1024


def test_a_child_killed_at_work_is_worth_another_try(endless: Path, good: Path) -> None:
    with Renderer() as renderer:
        renderer.count_pages(good, PDF)
        victim = child_of(renderer)
        used = victim.cpu_times().user

        def kill_at_work() -> None:
            eventually(lambda: victim.cpu_times().user > used + 0.2, 30, "a page being drawn")
            victim.kill()

        threading.Thread(target=kill_at_work).start()
        with pytest.raises(EngineFailed) as caught:
            renderer.render_page(endless, PDF, 1)
        assert not caught.value.permanent
        assert renderer.count_pages(good, PDF) == 1


def test_a_child_killed_while_idle_fails_no_page(good: Path) -> None:
    with Renderer() as renderer:
        renderer.count_pages(good, PDF)
        victim = child_of(renderer)
        victim.kill()
        victim.wait(60)
        assert renderer.count_pages(good, PDF) == 1


def test_the_child_is_replaced_after_so_many_requests(good: Path) -> None:
    with Renderer(Limits(requests=2)) as renderer:
        renderer.count_pages(good, PDF)
        first = child_of(renderer)
        renderer.count_pages(good, PDF)
        assert not first.is_running()
        assert renderer.count_pages(good, PDF) == 1
        assert child_of(renderer).pid != first.pid


def test_closing_leaves_no_process_behind(good: Path) -> None:
    renderer = Renderer()
    renderer.count_pages(good, PDF)
    child = child_of(renderer)
    renderer.close()
    assert not child.is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_the_child_dies_with_its_parent_even_when_that_is_killed(
    good: Path, tmp_path: Path
) -> None:
    code = (
        "import sys, time; from pathlib import Path; from ocr_worker.rendering import Renderer\n"
        "renderer = Renderer(); renderer.count_pages(Path(sys.argv[1]), 'application/pdf')\n"
        "print(renderer.child_pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(good)], stdout=subprocess.PIPE, cwd=ROOT
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        child.wait(60)
        assert not child.is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="limits are read from /proc")
def test_the_child_is_confined(good: Path) -> None:
    with Renderer() as renderer:
        renderer.count_pages(good, PDF)
        limits = limits_of(child_of(renderer).pid)
        assert limits["Max address space"] == Limits().memory_bytes
        assert limits["Max core file size"] == 0
        assert limits["Max file size"] < 1024 * 1024
        assert limits["Max open files"] <= 64
        assert 0 < limits["Max cpu time"] < 60


def limits_of(pid: int) -> dict[str, int]:
    """Name -> soft limit, of those that are limited. The child has another user: no prlimit."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    columns = ((line[:26].strip(), line[26:].split()[0]) for line in lines)
    return {name: int(soft) for name, soft in columns if soft.isdigit()}


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


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with Renderer() as renderer, pytest.raises(OriginalMissing):
        renderer.count_pages(tmp_path / "gone.pdf", PDF)
