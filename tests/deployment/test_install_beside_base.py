"""deploy/install_beside_base.py: ocrsite's packages beside those of the GPU's base image.

The whole of it was run against the base's Python packages of December 2025 (docs/operations.md);
it asks a package index, so here are its parts.
"""

from __future__ import annotations

import re
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from tests.deployment import product

ROOT = product.ROOT


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return product.script("install_beside_base")


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """site-packages of the base and of the environment."""
    base, ours = tmp_path / "base", tmp_path / "ours"
    base.mkdir()
    ours.mkdir()
    return base, ours


def package(place: Path, name: str, *files: str) -> None:
    (place / name).mkdir()
    for file in files or ("__init__.py",):
        (place / name / file).touch()


def test_a_base_that_stays_as_it_is_is_fine(script: ModuleType) -> None:
    base = {"numpy": ("2.2.6", "/base"), "pillow": ("12.0.0", "/base")}
    after = {**{name: list(found) for name, found in base.items()}, "django": ["5.2", "/ours"]}

    assert script.changed(base, after) == []


def test_a_package_that_is_another_one_afterwards_ends_the_build(script: ModuleType) -> None:
    base = {"numpy": ("2.2.6", "/base"), "pillow": ("12.0.0", "/base"), "lxml": ("6.0.2", "/base")}
    after = {"numpy": ["2.3.0", "/ours"], "pillow": ["12.0.0", "/ours"]}

    assert script.changed(base, after) == [
        "lxml 6.0.2 is missing.",
        "numpy 2.2.6 became 2.3.0 in /ours.",
        "pillow 12.0.0 became 12.0.0 in /ours.",
    ]


def test_a_module_out_of_another_package_ends_the_build(
    script: ModuleType, places: tuple[Path, Path]
) -> None:
    base, ours = places
    package(base, "cv2")  # opencv-contrib-python
    package(ours, "cv2")  # opencv-python
    (base / "six.py").touch()
    (ours / f"six{EXTENSION_SUFFIXES[0]}").touch()

    found = script.hidden([str(base)], [str(ours)])

    assert [sentence.split()[2] for sentence in found] == ["cv2", "six"]


def test_what_stands_beside_the_base_hides_nothing(
    script: ModuleType, places: tuple[Path, Path]
) -> None:
    base, ours = places
    for place in places:
        package(place, "google", "part.py")  # a namespace that many share
        package(place, "tests")  # nobody imports it
        package(place, "__pycache__")
        package(place, f"{place.name}-1.0.dist-info", "METADATA")
        package(place, f"{place.name}.libs", "libz.so")
    package(base, "numpy")
    package(ours, "django")

    assert script.hidden([str(base)], [str(ours)]) == []


def test_what_the_base_has_is_not_installed_again(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The versions are chosen under the base's; only what it lacks goes to pip, with hashes."""
    seen: dict[str, str] = {}

    def run(*command: str) -> None:
        words = dict(pairwise(command))
        if "compile" in command:
            seen["constraints"] = Path(words["--constraint"]).read_text()
            seen["preferred"] = Path(words["--output-file"]).read_text()
            Path(words["--output-file"]).write_text(
                "django==5.2.8 \\\n    --hash=sha256:aa\n"
                "Pillow==12.0.0 \\\n    --hash=sha256:bb\n"
                "asgiref==3.12.1 ; python_version < '3.11' \\\n    --hash=sha256:cc\n"
            )
        elif "--python" in command:
            assert "--require-hashes" in command and "--no-deps" in command
            seen["installed"] = Path(words["--requirement"]).read_text()

    monkeypatch.setattr(script, "_run", run)
    for name, text in (
        ("requirements.lock", "django==5.2.19 \\\n    --hash=sha256:dd\n"),
        ("requirements-dev.lock", "uv==1.0 \\\n    --hash=sha256:ee\nvine==1 \\\n    --hash=x\n"),
    ):
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)

    script.install(tmp_path / "environment", {"pillow": ("12.0.0", "/base")})

    assert seen["constraints"] == "pillow==12.0.0"
    assert seen["preferred"].startswith("django==5.2.19 ")
    assert re.findall(r"^\w+==\S+", seen["installed"], re.MULTILINE) == [
        "django==5.2.8",
        "asgiref==3.12.1",
    ]
    assert seen["installed"].count("--hash") == 2


def test_the_locks_are_read(script: ModuleType) -> None:
    locked = script.entries((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    tools = script.entries((ROOT / "requirements-dev.lock").read_text(encoding="utf-8"))

    assert {"django", "granian", "tesserocr"} <= set(locked)
    assert all("--hash=sha256:" in entry for entry in locked.values())
    assert tools["uv"].startswith("uv==") and "--hash=sha256:" in tools["uv"]


def test_this_pythons_packages_are_found(script: ModuleType) -> None:
    found = script.packages()

    version, where = found["django"]
    assert version.startswith("5.2")
    assert Path(where).is_relative_to(sys.prefix)


@pytest.mark.skipif(sys.prefix == sys.base_prefix, reason="these tests run outside an environment")
def test_a_python_whose_packages_would_not_be_seen_is_refused(
    script: ModuleType, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match="is in a virtual environment"):
        script.main([str(tmp_path / "environment")])
