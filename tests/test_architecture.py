"""The house holds: arrows point down, no cycles, one reader of the environment."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("documents", "ocr_worker", "ocrsite")


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@lru_cache(maxsize=1)
def modules() -> dict[str, Path]:
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return {module_name(path): path for path in paths if "migrations" not in path.parts}


@lru_cache(maxsize=1)
def imports() -> dict[str, dict[str, bool]]:
    """Of each module, the modules of this project it imports; True where at import time."""
    return {name: dict(_imported(name, path)) for name, path in modules().items()}


def _imported(name: str, path: Path) -> Iterator[tuple[str, bool]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = list(_statements(tree.body, at_once=True))
    # A module imported both ways is imported at once: that comes last and stays.
    for node, at_once in sorted(found, key=lambda item: item[1]):
        for target in _targets(node, package):
            if target != name:
                yield target, at_once


def _statements(body: list[ast.stmt], at_once: bool) -> Iterator[tuple[ast.stmt, bool]]:
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node, at_once
            continue
        inside = at_once and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            inside = False
        for field in ("body", "orelse", "finalbody", "handlers"):
            for child in getattr(node, field, []):
                if isinstance(child, ast.ExceptHandler):
                    yield from _statements(child.body, inside)
                elif isinstance(child, ast.stmt):
                    yield from _statements([child], inside)


def _targets(node: ast.stmt, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name in modules():
                yield alias.name
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, *filter(None, [node.module])])
        for alias in node.names:
            inner = f"{base}.{alias.name}"
            if inner in modules():
                yield inner
            elif base in modules():
                yield base


def offenders(importers: tuple[str, ...], imported: tuple[str, ...]) -> list[str]:
    def within(name: str, prefixes: tuple[str, ...]) -> bool:
        return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)

    return [
        f"{name} -> {target}"
        for name, targets in imports().items()
        for target in targets
        if within(name, importers) and within(target, imported) and not within(target, importers)
    ]


DOORS = ("documents.api", "documents.web", "documents.admin")
ARCHIVE_FLOOR = ("documents.models", "documents.layout", "documents.storage", "documents.filetypes",
                 "documents.errors", "documents.filenames", "documents.signals",
                 "documents.exports", "documents.access", "documents.events")  # fmt: skip


def test_this_test_sees_imports() -> None:
    assert imports()["documents.actions.claim"]["documents.models"]
    assert imports()["ocr_worker.engines.base"]["documents.layout"]
    assert not imports()["ocr_worker.rendering.pages"]["ocr_worker.rendering.pdftext"]
    assert imports()["ocr_worker.rendering.child"]["ocr_worker.rendering.wire"]


def test_the_archive_knows_neither_its_reader_nor_its_doors_below_them() -> None:
    assert offenders(("documents",), ("ocr_worker",)) == []
    assert offenders(("documents.actions", *ARCHIVE_FLOOR), DOORS) == []


def test_the_floor_does_not_know_the_actions() -> None:
    assert offenders(ARCHIVE_FLOOR, ("documents.actions",)) == []


def test_models_import_nothing_above_them() -> None:
    below = {
        "documents.models",
        "documents.layout",
        "documents.errors",
        "documents.filetypes",
        "documents.languages",
        "documents.filenames",
    }
    above = tuple(
        name for name in modules() if name != "documents"
        and not any(name == ok or name.startswith(f"{ok}.") for ok in below)
    )  # fmt: skip
    assert offenders(("documents.models",), above) == []


def test_the_layout_is_pure() -> None:
    assert imports()["documents.layout"] == {}
    assert "django" not in modules()["documents.layout"].read_text(encoding="utf-8").split()


def test_no_door_uses_another() -> None:
    assert offenders(("documents.api",), ("documents.admin", "documents.web")) == []
    assert offenders(("documents.admin",), ("documents.api", "documents.web")) == []


def test_the_supervisor_loads_no_django() -> None:
    """It stays small, and the web answers a second earlier."""
    loaded, rest = set(), ["ocrsite.runtime.serve"]
    while rest:
        name = rest.pop()
        loaded.add(name)
        rest += [t for t, at_once in imports()[name].items() if at_once and t not in loaded]
    assert [name for name in loaded if not name.startswith("ocrsite")] == []
    for name in loaded:
        tree = ast.parse(modules()[name].read_text(encoding="utf-8"))
        for node, at_once in _statements(tree.body, at_once=True):
            if at_once and isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("django"), name


def test_what_loads_boto3_is_imported_where_a_bucket_is_asked() -> None:
    """It takes half a second, which the start of a site without a bucket does not have."""
    heavy = {"documents.bucket_client", "documents.bucket_errors"}

    assert heavy <= modules().keys()
    for name, targets in imports().items():
        if name not in heavy:
            assert [target for target in heavy if targets.get(target)] == [], name


def test_no_modules_import_each_other_in_a_circle() -> None:
    """A package stands for its own `__init__` only; what a function imports is no circle."""
    graph = {
        name: [target for target, at_once in targets.items() if at_once]
        for name, targets in imports().items()
    }
    done: set[str] = set()

    def circle(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return []
        for target in graph[name]:
            found = circle(target, [*path, name])
            if found:
                return found
        done.add(name)
        return []

    assert [found for name in graph if (found := circle(name, []))] == []


def test_only_one_module_reads_the_environment() -> None:
    readers = []
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
                readers.append((name, node.lineno))
    # The engine does not read it: it sets a limit of a C library before that is loaded.
    allowed = {"ocrsite.environment", "ocr_worker.engines.tesseract"}
    assert [reader for reader in readers if reader[0] not in allowed] == []


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    output = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=output)
    assert "No changes detected" in output.getvalue()
