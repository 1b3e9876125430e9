"""What runs in both images, as Podman starts them.

The bases are not the real ones (see bases.py): docs/operations.md lists what that leaves open.
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.busy import allow
from tests.deployment import compose, product
from tests.deployment.podman import Container, Image, run_container
from tests.ocr_worker.files import ENGLISH, picture
from tests.ocrsite.running_site import eventually

# The first test's time is that of the bases and the build, too.
pytestmark = [pytest.mark.container, pytest.mark.slow, pytest.mark.timeout(1500)]

ROOT = product.ROOT
VENV = "/opt/venv"
STRANGER = 12345  # a uid that no image knows
SERVICES: dict[str, dict[str, Any]] = compose.read(ROOT / "docker-compose.yml", {})["services"]


@contextlib.contextmanager
def start_site(image: Image, *options: str) -> Iterator[Container]:
    """Once /health/ready says so. It is given no variable but what is in `options`."""
    with run_container(image, *options) as site:
        wait_until(site, lambda: ask_ready(site) == 200, 150, "ready")
        yield site


def ask_ready(site: Container) -> int:
    with contextlib.suppress(OSError):
        return site.ask("/health/ready").status_code
    return 0


def wait_until(site: Container, condition: Any, seconds: float, what: str) -> Any:
    try:
        return eventually(condition, seconds, what)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{site.log[-4000:]}") from None


def wait_for_engine(site: Container, name: str, within: float) -> None:
    """Until an OCR worker has loaded it."""
    wanted = {"name": name, "state": "ready"}
    wait_until(site, lambda: site.health().get("ocr_engine") == wanted, within, f"{name} is ready")


def read_letter(site: Container) -> str:
    """Upload a scanned letter; returns its text as it was read."""
    scan = io.BytesIO()
    picture(ENGLISH).save(scan, "PNG")
    site.log_in()
    answer = site.ask("/api/v1/documents/", "POST", files={"file": ("scan.png", scan.getvalue())})
    assert answer.status_code == 201, answer.text
    path = f"/api/v1/documents/{answer.json()['id']}/"

    def over() -> dict[str, Any] | None:
        found = dict(site.ask(path).json())
        return found if found["status"] in ("ready", "partial", "failed") else None

    assert wait_until(site, over, 150, "the letter is read")["status"] == "ready"
    return site.ask(f"{path}result.txt").text


def stop_and_check(site: Container) -> None:
    everything = site.processes()

    within = allow(10)  # what `docker stop` gives a container, on an idle machine
    assert site.stop(within) < within
    assert site.state["ExitCode"] == 0, site.log
    assert not [process for process in everything if process.is_running()]
    assert '"event": "site_stopped"' in site.log
    assert "child_killed" not in site.log


@pytest.fixture(scope="module")
def site(image: Image) -> Iterator[Container]:
    """As `docker run` starts it, with nothing set."""
    with start_site(image) as site:
        yield site


def test_it_reads_a_letter_with_no_variable_set(site: Container) -> None:
    wait_for_engine(site, "tesseract", 150)

    assert "goods within thirty days" in read_letter(site)
    assert site.health()["status"] == "healthy"


def list_warnings(site: Container) -> list[str]:
    """Without the layer of the jail that container engines refuse; system calls cover for it."""
    lacking = re.compile(r"The jail .* lacks layers on this machine: empty_network \([^)]*\)\. .*")
    return [text for text in site.health()["warnings"] if not lacking.fullmatch(text)]


def test_it_says_why_tesseract_reads_where_paddleocr_vl_was_expected(
    site: Container, image: Image
) -> None:
    wait_for_engine(site, "tesseract", 150)
    warnings = " ".join(list_warnings(site))

    assert ("There is no GPU for PaddleOCR-VL" in warnings) is (image.target == "gpu")
    assert warnings == "" or image.target == "gpu"


def test_it_is_the_first_process_and_none_is_roots(site: Container) -> None:
    assert site.init.cmdline()[1:] == ["/app/manage.py", "serve"]
    assert {process.uids().real for process in site.processes()} == {1000}


def test_it_can_write_only_its_data_and_what_is_its_users(site: Container) -> None:
    assert site.writable("/app", "/root", "/etc", "/usr", VENV) == {"/app/data"}


def test_the_images_health_check_says_that_it_is_well(site: Container) -> None:
    status, said = site.check_health()

    assert status == 0
    assert said.startswith('{"status": "')  # Podman keeps its beginning


@pytest.mark.parametrize("name", ["worker", "worker-cpu"])
def test_a_workers_health_is_that_of_its_ocr_workers(
    name: str, site: Container, image: Image
) -> None:
    """The image's own check, which asks the port that a worker does not have, with a word more."""
    check = SERVICES[name]["healthcheck"]["test"]

    assert check == [*image.inspected["Healthcheck"]["Test"], "worker"]
    assert "an OCR worker is running" in site.execute(*check[1:]).stdout


def test_orphans_are_reaped(site: Container) -> None:
    """As init must: what others leave behind becomes its child."""

    def zombies() -> list[psutil.Process]:
        return [process for process in site.processes() if is_zombie(process)]

    site.execute("sh", "-c", "sleep 0.2 & sleep 0.2 &")

    wait_until(site, lambda: not zombies(), 5, "no zombie is left")


def is_zombie(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return False


def test_the_health_check_notices_that_the_web_hangs(site: Container) -> None:
    servers = [c for c in site.init.children() if "ocrsite.front.server" in c.cmdline()]
    webs = [process for server in servers for process in (server, *server.children())]
    for process in webs:
        process.suspend()
    try:
        status, said = site.check_health()
    finally:
        for process in reversed(webs):
            process.resume()

    assert status == 1
    assert said.startswith("not well: ")


def test_it_writes_nothing_but_its_data_and_ends_within_ten_seconds(site: Container) -> None:
    """Without its data and what lies in /tmp it is as new. The last test of what has run so far."""
    wait_until(site, site.health, 20, "an answer")

    stop_and_check(site)

    elsewhere = {path for path in site.changed() if not path.startswith(("/app/data/", "/tmp/"))}
    assert elsewhere == set()


def test_it_is_well_as_a_user_that_nobody_knows(cpu: Image) -> None:
    with start_site(cpu, f"--user={STRANGER}:{STRANGER}") as site:
        wait_for_engine(site, "tesseract", 150)

        assert site.health()["status"] == "healthy"
        assert list_warnings(site) == []
        assert {process.uids().real for process in site.processes()} == {STRANGER}
        assert site.writable("/app", "/root", "/home", "/etc", VENV) == {"/app/data"}
        stop_and_check(site)


def list_compose_options(service: dict[str, Any]) -> list[str]:
    """What `docker compose` would tell the engine of a service's rights and places."""
    return [
        *(["--read-only", "--read-only-tmpfs=false"] if service["read_only"] else []),
        *(f"--tmpfs={place}" for place in service["tmpfs"]),
        *(f"--cap-drop={name}" for name in service["cap_drop"]),
        *(f"--security-opt={option}" for option in service["security_opt"]),
        *(f"--volume={volume.partition(':')[2]}" for volume in service["volumes"]),
    ]


def test_it_starts_and_ends_with_a_read_only_root_and_no_rights_as_in_the_compose_file(
    image: Image,
) -> None:
    with start_site(image, *list_compose_options(SERVICES["web"])) as site:
        assert site.check_health()[0] == 0
        assert site.writable("/") == {"/app/data", "/tmp"}
        stop_and_check(site)


def test_the_compose_file_publishes_the_port_of_the_image(cpu: Image) -> None:
    [published] = SERVICES["web"]["ports"]

    assert set(cpu.config["ExposedPorts"]) == {f"{published.partition(':')[2]}/tcp"}


def test_paddleocr_vl_reads_for_a_user_that_nobody_knows(gpu: Image, tmp_path: Path) -> None:
    """The genuine library with its small models, on the processor, which only a test can choose."""
    settings = shutil.copy(ROOT / "tests" / "paddle" / "settings.py", tmp_path)
    Path(settings).chmod(0o644)
    with start_site(
        gpu, f"--user={STRANGER}:{STRANGER}", f"--volume={settings}:/settings/processor.py:ro",
        "--env=PYTHONPATH=/settings", "--env=DJANGO_SETTINGS_MODULE=processor",
        "--env=OCRSITE_ENGINE=paddleocr-vl", "--env=OCRSITE_WORKERS=1",
    ) as site:  # fmt: skip
        wait_for_engine(site, "paddleocr-vl", 240)

        assert "Sample text of a block." in read_letter(site)
        stop_and_check(site)
