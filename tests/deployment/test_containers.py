"""Both images, built from the Dockerfile by Podman, and what runs in them.

The bases are not the real ones (see bases.py): docs/operations.md lists what that leaves open.
"""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import ocrsite
from tests.deployment import compose, podman, product
from tests.deployment.conftest import LITTER
from tests.deployment.podman import BuildFailed, Container, Image, run_container
from tests.ocr_worker.files import ENGLISH, picture
from tests.ocrsite.running_site import eventually

# The first test's time is that of the bases and the build, too.
pytestmark = [pytest.mark.container, pytest.mark.slow, pytest.mark.timeout(1500)]

ROOT = product.ROOT
VENV = "/opt/venv"
PACKAGES = ("documents", "ocr_worker", "ocrsite")
STRANGER = 12345  # a uid that no image knows
SERVICES: dict[str, dict[str, Any]] = compose.read(ROOT / "docker-compose.yml", {})["services"]


# --- what gets into the build ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def sent(images: object, context: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every file of the checkout that the engine sees."""
    directory = tmp_path_factory.mktemp("sent")
    (directory / "Containerfile").write_text("FROM scratch\nCOPY . /\n")
    everything = podman.build_image(context, containerfile=directory / "Containerfile")
    archive = directory / "content.tar"
    container = podman.call("create", everything, "nothing").stdout.strip()
    podman.call("export", f"--output={archive}", container)
    with tarfile.open(archive) as content:
        return {member.name for member in content if member.isfile()}


@pytest.mark.parametrize("path", LITTER)
def test_what_is_not_the_sites_stays_out_of_the_build(path: str, sent: set[str]) -> None:
    assert path not in sent


@pytest.mark.parametrize(
    "path",
    ["manage.py", "ocrsite/urls.py", "ocrsite/locale/ru/LC_MESSAGES/django.mo",
     "documents/static/documents/admin/page.css", "documents/exports/result.schema.json"],
)  # fmt: skip
def test_what_is_the_sites_gets_into_the_build(path: str, sent: set[str]) -> None:
    assert path in sent


def test_a_package_that_is_not_the_locked_one_ends_the_build(
    cpu: Image, context: Path, tmp_path: Path
) -> None:
    other = shutil.copytree(context, tmp_path / "context")
    entries = product.script("install_beside_base").entries(
        (context / "requirements.lock").read_text(encoding="utf-8")
    )
    forged = re.sub(r"sha256:\w+", f"sha256:{'0' * 64}", entries["asgiref"])
    (other / "requirements.lock").write_text(forged, encoding="utf-8")

    with pytest.raises(BuildFailed, match="DO NOT MATCH THE HASHES"):
        podman.build_image(other, target="cpu-build", arguments={"CPU_BASE": cpu.base})


# --- an image -------------------------------------------------------------------------------------


def test_an_image_is_labelled(image: Image) -> None:
    labels = {name.rpartition(".image.")[2]: text for name, text in image.labels.items()}

    assert labels["title"] == "ocrsite"
    assert labels["licenses"] == "Apache-2.0"
    assert labels["base.name"] == image.base
    assert labels["version"] == ocrsite.__version__
    assert labels["revision"] == "a1b2c3", "as the build was told"


def test_the_image_that_is_built_when_no_target_is_named_is_the_gpus(image: Image) -> None:
    name_of = {"cpu": "Tesseract", "gpu": "PaddleOCR-VL"}

    assert name_of[image.target] in image.labels["org.opencontainers.image.description"]


def test_an_image_says_how_it_is_run(image: Image) -> None:
    """The same of both: whatever the base would run, or where, is gone."""
    assert image.config["Entrypoint"] == [f"{VENV}/bin/python", "/app/manage.py", "serve"]
    assert not image.config.get("Cmd"), "what the base would run would become an argument"
    assert image.config["WorkingDir"] == "/app"
    assert image.config["StopSignal"] == "SIGTERM"
    # By number, so that a platform can see that it is not root.
    assert image.config["User"] == "1000"
    assert f"{product.settings().port}/tcp" in image.config["ExposedPorts"]
    assert not image.config.get("Volumes"), "some platforms refuse such images"
    assert image.inspected["Healthcheck"] == {
        "Test": ["CMD", f"{VENV}/bin/python", "-I", "/app/deploy/healthcheck.py"],
        "Interval": 30 * 10**9, "Timeout": 5 * 10**9, "StartPeriod": 30 * 10**9, "Retries": 3,
    }  # fmt: skip


def test_an_image_needs_no_variable_and_keeps_no_secret(image: Image) -> None:
    before = Image(image.base).variables
    set_by_us = {name: value for name, value in image.variables.items()
                 if before.get(name) != value}  # fmt: skip
    path = set_by_us.pop("PATH")

    assert path == f"{VENV}/bin:{before['PATH']}"
    assert image.variables["PYTHONUNBUFFERED"] == "1"
    assert set(set_by_us) <= {"PYTHONUNBUFFERED"}
    said = json.dumps([image.config, image.inspected["History"]])
    assert not re.search(r"OCRSITE_|CLOUDRU_|PASSWORD|SECRET|TOKEN|PIP_INDEX_URL", said)


def test_the_languages_read_by_default_and_libreoffice_are_installed_into_the_base(
    image: Image,
) -> None:
    asked = ("dpkg-query", "--show", "--showformat=${Package}\n")
    before, after = Image(image.base).run(*asked).split(), image.run(*asked).split()
    wanted = [*product.settings().languages.split("+"), "osd"]
    data = image.run("sh", "-c", "cd /usr/share/tesseract-ocr/*/tessdata && ls *.traineddata")

    added = set(after) - set(before)
    assert {name for name in added if name.startswith("tesseract")} == {
        f"tesseract-ocr-{name}" for name in wanted
    }
    assert {name for name in added if name.endswith("-nogui")} >= {
        f"libreoffice-{name}-nogui" for name in ("writer", "calc", "impress")
    }
    assert set(before) <= set(after)
    assert set(data.split()) == {f"{name}.traineddata" for name in wanted}
    assert image.run("find", "/var/lib/apt/lists", "-type", "f") == ""


def test_no_build_tool_gets_into_an_image(image: Image) -> None:
    found = image.run("find", VENV, "/app", "-regextype", "posix-extended",
                      "-regex", r".*/(pip3?|uv|setuptools|wheel)")  # fmt: skip

    assert found == ""
    assert "build" not in image.run("ls", "/").split()


def test_the_packages_of_paddleocr_vls_image_stay_as_they_are(gpu: Image) -> None:
    listing = (ROOT / "deploy" / "install_beside_base.py").read_text(encoding="utf-8")
    base = json.loads(Image(gpu.base).run("python", "-", "--list", stdin=listing))["packages"]
    ours = json.loads(gpu.run(f"{VENV}/bin/python", "-", "--list", stdin=listing))["packages"]

    assert {"paddleocr", "paddlex", "paddlepaddle"} <= set(base)
    assert {name: ours.get(name) for name in base} == base
    assert "django" in set(ours) - set(base)


# --- the files in it ------------------------------------------------------------------------------


class Files(dict[Path, tuple[str, int, int]]):
    """What lies in /app: the kind (f or d), the mode and the owner of each path below it."""


@pytest.fixture(scope="module")
def app(image: Image) -> Files:
    lines = image.run("find", "/app", "-printf", r"%P\t%y\t%m\t%U\n").splitlines()
    rows = (line.split("\t") for line in lines)
    return Files({Path(path): (kind, int(mode, 8), int(owner)) for path, kind, mode, owner in rows})


def test_an_image_holds_the_site_and_nothing_else(app: Files, image: Image) -> None:
    sources = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and path.suffix not in (".po", ".pyc")
        and not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    }
    held = {path for path, (kind, _, _) in app.items() if kind == "f"}
    made = {path for path in held if "__pycache__" in path.parts or path.parts[0] == "staticfiles"}

    assert sources <= held
    assert held - made - sources == {
        Path("LICENSE"), Path("manage.py"), Path("deploy/healthcheck.py"),
    }  # fmt: skip
    assert not [path for path in app if path.parts[:1] == ("data",) and len(path.parts) > 1]
    assert image.run("ls", "-A", "/tmp") == ""


def test_everybody_may_read_the_site_and_nobody_may_change_it(app: Files) -> None:
    for path, (kind, mode, owner) in app.items():
        if path != Path("data"):
            wanted = 0o555 if kind == "d" else 0o444
            assert mode & wanted == wanted, path
            assert mode & 0o022 == 0, path
            assert owner == 0, path
    assert app[Path("data")][1] == 0o1777


def test_bytecode_and_static_files_are_made_beforehand(app: Files, image: Image) -> None:
    modules = [path for path in app if path.suffix == ".py"]
    compiled = [path for path in app if path.suffix == ".pyc"]
    # Flags of PEP 552: made by hash, and never compared with the source.
    ask = ("import pathlib; print({path.read_bytes()[4:8].hex()"
           " for path in pathlib.Path('/app').rglob('*.pyc')})")  # fmt: skip
    listed = json.loads(image.run("cat", "/app/staticfiles/staticfiles.json"))["paths"]

    assert len(modules) > 100
    assert {path.parent.parent / f"{path.name.partition('.')[0]}.py" for path in compiled} == {
        *modules
    }
    assert len(compiled) == len(modules)
    assert image.run(f"{VENV}/bin/python", "-c", ask).strip() == "{'01000000'}"
    assert Path("staticfiles", listed["documents/admin/page.css"]) in app


# --- running --------------------------------------------------------------------------------------


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

    assert site.stop() < 10
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
    [web] = [child for child in site.init.children() if "ocrsite.front.server" in child.cmdline()]
    for process in (web, *web.children()):
        process.suspend()
    try:
        status, said = site.check_health()
    finally:
        for process in (*web.children(), web):
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
