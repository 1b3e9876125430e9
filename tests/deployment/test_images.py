"""Both images, built from the Dockerfile by Podman: what gets in, and how they are labelled."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from pathlib import Path

import pytest

import ocrsite
from tests.deployment import podman, product
from tests.deployment.conftest import LITTER
from tests.deployment.podman import BuildFailed, Image

# The first test's time is that of the bases and the build, too.
pytestmark = [pytest.mark.container, pytest.mark.slow, pytest.mark.timeout(1500)]

ROOT = product.ROOT
VENV = "/opt/venv"
PACKAGES = ("documents", "ocr_worker", "ocrsite")


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
