"""What import contracts (pyproject.toml, `lint-imports`) can't say of the house."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

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


def test_this_test_sees_imports() -> None:
    assert imports()["documents.actions.claim_page"]["documents.models"]
    assert imports()["ocr_worker.engines.base"]["documents.text.page_layout"]
    assert not imports()["ocr_worker.rendering.child"]["ocr_worker.rendering.pages"]
    assert imports()["ocr_worker.rendering.child"]["ocr_worker.rendering.wire"]


def test_the_supervisor_loads_no_django() -> None:
    """It stays small, and the web answers a second earlier."""
    loaded, rest = set(), ["ocrsite.runtime.serve"]
    while rest:
        name = rest.pop()
        loaded.add(name)
        rest += [t for t, at_once in imports()[name].items() if at_once and t not in loaded]
    assert not loaded & {"documents.models", "documents.errors", "documents.bucket.store"}
    for name in loaded:
        tree = ast.parse(modules()[name].read_text(encoding="utf-8"))
        for node, at_once in _statements(tree.body, at_once=True):
            if at_once and isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("django"), name


def test_what_loads_boto3_is_imported_where_a_bucket_is_asked() -> None:
    """It takes half a second, which the start of a site without a bucket does not have."""
    heavy = {"documents.bucket.s3_storage", "documents.bucket.error_mapping"}

    assert heavy <= modules().keys()
    for name, targets in imports().items():
        if name not in heavy:
            assert [target for target in heavy if targets.get(target)] == [], name


def test_only_one_module_reads_the_environment() -> None:
    readers = []
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv", "environb"):
                readers.append((name, node.lineno))
    # These do not read it: they set what libraries, and LibreOffice, read when they are loaded.
    setters = {
        "ocr_worker.conversion.child",
        "ocr_worker.conversion.libreoffice",
        "ocr_worker.library_environment",
    }
    allowed = {"ocrsite.environment", *setters}
    assert [reader for reader in readers if reader[0] not in allowed] == []


def test_the_picture_is_drawn_from_the_code() -> None:
    """Else: `python docs/draw_architecture.py`."""
    done = subprocess.run(
        [sys.executable, "docs/draw_architecture.py", "--check"], cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == 0, "docs/architecture.svg shows other imports than the code has"
