"""The Dockerfile, instruction by instruction, and what comes out of it, started.

What can't be done without a container engine (the bases, the packages installed into them) is
listed in docs/operations.md.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

import ocrsite
from ocr_worker.engines import tessdata
from ocrsite.runtime.start_state import ProcessRole
from tests.deployment import container, product
from tests.deployment.container import VENV, Container
from tests.deployment.dockerfile import Ignored, parse
from tests.deployment.image import Builder, Image, installs

ROOT = product.ROOT
DOCKERFILE = parse((ROOT / "Dockerfile").read_text(encoding="utf-8"))
IGNORED = Ignored.read(ROOT / ".dockerignore")
TARGETS = ("cpu", "gpu")
STRANGER = 12345  # a uid that no image knows

PACKAGES = ("documents", "ocr_worker", "ocrsite")
GPU_BASE = "ccr-2vdh3abv-pub.cnc.bj.baidubce.com/paddlepaddle/paddleocr-vl:latest-gpu-sm120-offline"


# --- what it says ---------------------------------------------------------------------------------


def test_the_gpu_image_is_built_when_no_target_is_named() -> None:
    assert set(TARGETS) <= set(DOCKERFILE.stages)
    assert list(DOCKERFILE.stages)[-1] == "gpu"


def test_every_base_can_be_chosen_and_is_the_agreed_one_by_default() -> None:
    outside = {stage.base for stage in DOCKERFILE.stages.values()} - {"scratch"}

    assert outside == {"${CPU_BASE}", "${GPU_BASE}"}
    assert DOCKERFILE.arguments["GPU_BASE"] == GPU_BASE
    assert re.fullmatch(r"python:3\.1[0-3]\.\d+-slim-bookworm", DOCKERFILE.arguments["CPU_BASE"])


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_needs_no_variable_and_keeps_no_secret(target: str) -> None:
    for stage in (DOCKERFILE.stages[target], DOCKERFILE.stages[f"{target}-build"]):
        named = " ".join(i.text for i in [*stage.all("ENV"), *stage.all("ARG")])

        assert not re.search(r"OCRSITE_|CLOUDRU_|PASSWORD|SECRET|TOKEN", named)
    [variables] = DOCKERFILE.stages[target].all("ENV")
    assert variables.text == f"PATH={VENV}/bin:$PATH PYTHONUNBUFFERED=1"


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_says_how_it_is_run(target: str) -> None:
    stage = DOCKERFILE.stages[target]
    entrypoint = stage.only("ENTRYPOINT").command
    health = stage.only("HEALTHCHECK")

    assert int(stage.only("EXPOSE").text) == product.settings().port
    assert stage.only("STOPSIGNAL").text == "SIGTERM"
    assert stage.only("WORKDIR").text == "/app"
    # By number, so that a platform can see that it is not root.
    assert [i.text for i in stage.all("USER")][-1] == "1000"
    assert entrypoint == [f"{VENV}/bin/python", "/app/manage.py", "serve"]
    assert stage.only("CMD").command == [], "what the base would run would become an argument"
    assert health.text.startswith("CMD [")
    assert set(health.flags) == {"interval", "timeout", "start-period", "retries"}


def test_both_images_are_run_alike() -> None:
    def how(target: str) -> list[tuple[str, dict[str, str], str]]:
        names = ("ENV", "WORKDIR", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD")
        return [(i.name, i.flags, i.text) for i in DOCKERFILE.stages[target].instructions
                if i.name in names]  # fmt: skip

    assert how("cpu") == how("gpu")


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_has_the_data_of_the_languages_read_by_default(target: str) -> None:
    [step] = [i for i in DOCKERFILE.stages[target].all("RUN") if "apt-get" in i.text]
    wanted = {f"tesseract-ocr-{name}" for name in [*product.settings().languages.split("+"), "osd"]}

    assert set(re.findall(r"tesseract-ocr-\w+", step.text)) == wanted
    assert "--no-install-recommends" in step.text
    assert "rm -rf /var/lib/apt/lists/*" in step.text
    assert tessdata.DIRECTORY_PATTERNS[0] == "/usr/share/tesseract-ocr/*/tessdata", (
        "where Debian puts it"
    )


@pytest.mark.parametrize("stage", DOCKERFILE.stages)
def test_every_command_is_one_that_a_shell_understands(stage: str) -> None:
    for step in DOCKERFILE.stages[stage].all("RUN"):
        checked = subprocess.run(["sh", "-n", "-c", step.text], capture_output=True, check=False)

        assert checked.returncode == 0, f"line {step.line}: {checked.stderr!r}"
        assert not re.search(r"https?://", step.text), "everything comes from package registries"


@pytest.mark.parametrize("target", TARGETS)
def test_no_build_tool_gets_into_an_image(target: str) -> None:
    for step in DOCKERFILE.stages[target].all("RUN"):
        assert not re.search(r"\b(pip|uv|gcc|build-essential|\S+-dev)\b", step.text)
    for stage in ("cpu-build", "gpu-build"):
        # An environment without pip; only the packages travel on.
        text = " ".join(i.text for i in DOCKERFILE.stages[stage].all("RUN"))
        assert "venv --without-pip" in text or "install_beside_base.py" in text
    for step in DOCKERFILE.stages["cpu-build"].all("RUN"):
        assert "pip" not in step.text or "--require-hashes --only-binary=:all:" in step.text


@pytest.mark.parametrize("stage", DOCKERFILE.stages)
def test_whatever_is_copied_is_there_and_gets_to_the_engine(stage: str) -> None:
    for step in DOCKERFILE.stages[stage].all("COPY"):
        *sources, _ = step.text.split()
        for source in sources if "from" not in step.flags else []:
            assert (ROOT / source).exists(), f"line {step.line}: {source}"
            assert source not in IGNORED, f"line {step.line}: {source}"


@pytest.mark.parametrize(
    "path",
    [
        *(".git/config", ".env", "deploy/.env", ".venv/bin/python", ".venv-3.10/x", ".ci/test"),
        *("data/db.sqlite3", "data/secrets/secret_key", "tests/conftest.py", "docs/api.md"),
        *("ocrsite/__pycache__/urls.cpython-310.pyc", "documents/api/__pycache__", "x.log"),
        *("ocrsite/.mypy_cache/x", "node_modules/x/y.js", "staticfiles/x.css", "Dockerfile"),
        *("ocrsite/locale/ru/LC_MESSAGES/django.po", "documents/views.py~", "shared/samples"),
    ],
)
def test_what_is_not_the_sites_stays_out_of_the_build(path: str) -> None:
    assert path in IGNORED


@pytest.mark.parametrize(
    "path", ["manage.py", "ocrsite/environment.py", "ocrsite/locale/ru/LC_MESSAGES/django.mo",
             "documents/static/documents/admin/page.css", "documents/exports/result.schema.json"],
)  # fmt: skip
def test_what_is_the_sites_gets_into_the_build(path: str) -> None:
    assert path not in IGNORED
    assert (ROOT / path).is_file()


# --- what comes out of it -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def builder() -> Iterator[Builder]:
    reason = container.impossible()
    if reason is not None:
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and in CI a container must be possible")
        pytest.skip(reason)
    with container.directory_for_roots() as roots:
        yield Builder(DOCKERFILE, ROOT, IGNORED, roots)


@pytest.fixture(scope="module", params=TARGETS)
def image(request: pytest.FixtureRequest, builder: Builder) -> Image:
    return builder.build(request.param)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_an_image_is_labelled(image: Image) -> None:
    labels = {name.rpartition(".image.")[2]: text for name, text in image.labels.items()}

    assert labels["title"] == "ocrsite"
    assert labels["licenses"] == "Apache-2.0"
    assert labels["base.name"] == image.base
    assert labels["version"] == ocrsite.__version__, "set ARG VERSION in both targets"


def test_an_image_holds_the_site_and_nothing_else(image: Image) -> None:
    app = image.root / "app"
    sources = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and path.suffix not in (".po", ".pyc")
        and not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
    }
    held = {path.relative_to(app) for path in app.rglob("*") if path.is_file()}

    assert {path.name for path in app.iterdir()} == {
        *PACKAGES, "LICENSE", "__pycache__", "data", "deploy", "manage.py", "staticfiles",
    }  # fmt: skip
    assert sources <= held
    assert not list((app / "data").iterdir()), "a secret would lie here"
    assert not [path for path in held if path.name == "secret_key" or path.suffix == ".sqlite3"]
    assert not list((image.root / "tmp").iterdir())


def test_everybody_may_read_the_site_and_nobody_may_change_it(image: Image) -> None:
    app = image.root / "app"

    for path in [app, *app.rglob("*")]:
        if path != app / "data":
            wanted = 0o555 if path.is_dir() else 0o444
            assert mode(path) & wanted == wanted, path
            assert mode(path) & 0o022 == 0, path
            assert path.lstat().st_uid == 0, path
    assert mode(app / "data") == 0o1777


def test_bytecode_and_static_files_are_made_beforehand(image: Image) -> None:
    app = image.root / "app"
    modules = [path for path in app.rglob("*.py") if path.is_file()]

    assert len(modules) > 100
    for path in modules:
        compiled = list((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"))
        assert len(compiled) == 1, path
        # Flags of PEP 552: made by hash, and never compared with the source.
        assert compiled[0].read_bytes()[4:8] == b"\1\0\0\0", path
    listed = json.loads((app / "staticfiles" / "staticfiles.json").read_text())["paths"]
    assert (app / "staticfiles" / listed["documents/admin/page.css"]).is_file()


def test_what_an_image_starts_is_in_it(image: Image) -> None:
    stage = DOCKERFILE.stages[image.root.name]
    health = json.loads(stage.only("HEALTHCHECK").text.removeprefix("CMD "))
    for command in (stage.only("ENTRYPOINT").command or [], health):
        for word in command:
            if word.startswith("/") and not word.startswith(VENV):
                assert (image.root / word[1:]).is_file(), word
    assert image.variables["PATH"].startswith(f"{VENV}/bin:")


def test_only_installing_is_left_to_the_machine() -> None:
    left = [i.line for s in DOCKERFILE.stages.values() for i in s.all("RUN") if installs(i)]
    run = [i.text for s in DOCKERFILE.stages.values() for i in s.all("RUN") if not installs(i)]

    assert len(left) == 4, "apt and pip, once for each target"
    assert sorted(set(run)) == ["install -d -m 1777 /app/data", "sh prepare_app.sh"]


# --- started --------------------------------------------------------------------------------------


@contextlib.contextmanager
def started(image: Image, uid: int, home: str, *, read_only: bool) -> Iterator[Container]:
    """The all-in-one as an engine starts it; `read_only`: as with --read-only, a volume for the
    data and a /tmp. Once /health answers."""
    entrypoint = DOCKERFILE.stages[image.root.name].only("ENTRYPOINT").command
    assert entrypoint
    with container.directory_for_roots() as outside:
        volume = outside / "volume" if read_only else None
        if volume is not None:
            shutil.copytree(image.root / "app" / "data", volume)  # as an engine fills a new volume
        variables = {**image.variables, "HOME": home}
        site = Container(image.root, uid, variables, image.directory, outside / "log")
        with container.running(site, entrypoint, read_only=read_only, volume=volume):
            wait_until(site, lambda: site.health(), 30)
            yield site


def wait_until(site: Container, condition: Callable[[], Any], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, site.log
        assert site.process.poll() is None, site.log
        time.sleep(0.2)


def probe(site: Container) -> subprocess.CompletedProcess[str]:
    """The image's own health check."""
    stage = DOCKERFILE.stages[site.root.name]
    return site.execute(*json.loads(stage.only("HEALTHCHECK").text.removeprefix("CMD ")))


def ends_when_told(site: Container) -> None:
    everything = site.children(recursive=True)
    status, seconds = site.stop(within=15)

    assert status == 0, site.log
    assert seconds < 10
    assert not [process for process in everything if process.is_running()]
    assert '"event": "site_stopped"' in site.log


def test_a_container_reads_as_a_user_that_nobody_knows_with_no_variable_set(
    builder: Builder,
) -> None:
    with started(builder.build("cpu"), STRANGER, "/root", read_only=False) as site:
        wait_until(site, lambda: site.health()["ocr_engine"]["state"] == "ready", 75)
        found = site.health()

        assert found["status"] == "healthy"
        assert found["warnings"] == []
        assert site.init().cmdline()[1:] == ["/app/manage.py", "serve"], "PID 1"
        assert {process.uids().real for process in site.children(recursive=True)} == {STRANGER}
        assert site.writable("/app", "/root", "/etc", VENV) == ["/app/data"]
        assert '"status": "healthy"' in probe(site).stdout
        assert as_worker(site).returncode == 0
        orphans_are_reaped(site)
        the_health_check_notices_that_the_web_hangs(site)
        ends_when_told(site)
        assert "child_killed" not in site.log


def test_a_container_starts_and_ends_on_a_root_that_is_read_only(builder: Builder) -> None:
    image = builder.build("gpu")
    with started(image, int(image.user), "/home", read_only=True) as site:
        assert probe(site).returncode == 0
        assert site.writable("/") == ["/app/data", "/dev/shm", "/tmp"]
        ends_when_told(site)


def as_worker(site: Container) -> subprocess.CompletedProcess[str]:
    return site.execute(f"{VENV}/bin/python", "-I", "/app/deploy/healthcheck.py", "worker")


def orphans_are_reaped(site: Container) -> None:
    """As init must: what others leave behind becomes its child."""
    site.execute("/bin/sh", "-c", "sleep 0.2 & sleep 0.2 &")
    wait_until(site, lambda: not [p for p in site.children(recursive=True) if is_zombie(p)], 5)


def the_health_check_notices_that_the_web_hangs(site: Container) -> None:
    [web] = [p for p in site.init().children() if "ocrsite.runtime.web" in p.cmdline()]
    for process in (web, *web.children()):
        process.suspend()
    hanging = probe(site)
    for process in (*web.children(), web):
        process.resume()

    assert hanging.returncode == 1
    assert hanging.stdout.startswith("not well: ")


def is_zombie(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return False


def test_the_roles_of_the_entrypoint_are_those_of_serve() -> None:
    assert {role.value for role in ProcessRole} == {"all", "web", "worker"}
