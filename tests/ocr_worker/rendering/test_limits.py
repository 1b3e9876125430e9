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


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with Renderer() as renderer, pytest.raises(OriginalMissing):
        renderer.count_pages(tmp_path / "gone.pdf", PDF)
