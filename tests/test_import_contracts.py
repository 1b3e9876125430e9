"""The import contracts (pyproject.toml) are kept, and each is broken by one import against it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("documents", "ocr_worker", "ocrsite")

#: Contract -> an import that it forbids, as (file, line of code).
PLANTED = {
    "The site stands on the worker, the worker on the archive": (
        "documents/signals.py",
        "import ocr_worker.figures",
    ),
    "The worker does not know the site": ("ocr_worker/figures.py", "import ocrsite.environment"),
    "Inside the archive, arrows point down": (
        "documents/models/page.py",
        "import documents.actions.trash",
    ),
    "Inside search, a query stands on the index, the index on the text": (
        "documents/search/text/analysis.py",
        "import documents.search.query.find",
    ),
    "Inside the worker, arrows point down": (
        "ocr_worker/repetition.py",
        "import ocr_worker.pipeline",
    ),
    "Inside the site, arrows point down": (
        "ocrsite/runtime/listener.py",
        "import ocrsite.monitoring.metrics",
    ),
    "The text of a page needs neither Django nor a database": (
        "documents/text/page_layout.py",
        "import django",
    ),
    "The rendering child loads nothing of Django, and of the archive only its errors": (
        "ocr_worker/rendering/child.py",
        "import documents.models",
    ),
    "The batched recogniser runs in an environment that has nothing of the product's": (
        "ocr_worker/vlm/wire.py",
        "import structlog",
    ),
    "Errors and messages stand on nothing": ("documents/errors/base.py", "import django"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's Python files and contracts, to be spoiled."""
    target = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, target / package, ignore=shutil.ignore_patterns("__pycache__", "static")
        )
    shutil.copy(ROOT / "pyproject.toml", target)
    return target


def lint(directory: Path) -> str:
    """What import-linter prints of the project in `directory`."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"],
        cwd=directory,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    return done.stdout + done.stderr


def test_every_contract_has_an_import_planted_against_it() -> None:
    contracts = (
        (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("importlinter.contracts")
    )
    assert {part.split('name = "')[1].split('"')[0] for part in contracts[1:]} == set(PLANTED)


def test_every_contract_is_kept_and_broken_by_an_import_against_it(copy: Path) -> None:
    assert " 0 broken" in lint(copy)

    for name, line in PLANTED.values():
        path = copy / name
        # Inside a function: a lazy import is an import.
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n\ndef planted() -> None:\n    {line}\n")

    found = lint(copy)
    kept = [name for name in PLANTED if f"{name} BROKEN" not in " ".join(found.split())]
    assert kept == [], found[-3000:]
