"""docs/operations.md and docs/cloudru.md against the code: variables, commands, warnings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from django.core.management import load_command_class

from documents.bucket import settings
from ocr_worker.engines.paddleocr_vl import engine, gpu
from ocrsite.runtime.count_readers import USUAL
from tests.deployment import compose, product

ROOT = product.ROOT
NAMES = ("operations.md", "cloudru.md")
#: Read by Python's TLS and by Litestream, not by the code here.
READ_BY_OTHERS = {"SSL_CERT_FILE"}


def text_of(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def said() -> str:
    """Every text in the code, one a line; what is put into it is left out."""
    return "\n".join(
        " ".join(text.split())
        for package in ("ocrsite", "documents", "ocr_worker")
        for path in (ROOT / package).rglob("*.py")
        for text in _texts(path)
    )


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "\n" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the tables below a heading, without their head."""
    found = re.search(rf"^#+ {re.escape(heading)}$(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, heading
    lines = [line for line in found[1].splitlines() if line.startswith("|")]
    rules = [index for index, line in enumerate(lines) if set(line) <= set("|- ")]
    heads = {index - 1 for index in rules} | set(rules)
    return [[cell.strip() for cell in line.strip("|").split("|")]
            for index, line in enumerate(lines) if index not in heads]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_document_names_only_variables_that_something_reads(name: str) -> None:
    named = set(re.findall(r"\b(?:[A-Z][A-Z0-9]*_)+[A-Z0-9]+\b|\bPORT\b", text_of(name)))
    known = product.variables() | set(product.build_arguments()) | READ_BY_OTHERS

    assert named <= known | compose.variables_of(ROOT / "docker-compose.yml")


def test_the_russian_one_names_every_variable_there_is() -> None:
    text = text_of("cloudru.md")

    assert {name for name in product.variables() if f"`{name}`" not in text} == set()
    table = rows(text, "Объектное хранилище")
    assert [row[0].strip("`") for row in table] == list(settings.NAMES)


def test_the_defaults_it_gives_are_the_products() -> None:
    text, found = text_of("cloudru.md"), product.settings()

    assert f"| порт | `{found.port}` |" in text
    assert f"`OCRSITE_MAX_UPLOAD_MB` ({found.max_upload_bytes // 2**20})" in text
    assert f"`OCRSITE_LANGUAGES` (`{found.languages}`)" in text
    assert re.search(rf"`OCRSITE_WORKERS` \([^)]*\b{USUAL}\b[^)]*\)", text)
    assert f"`{settings.REGION}`" in text


@pytest.mark.parametrize(
    ("name", "heading", "mark"),
    [
        ("cloudru.md", "Что значат предупреждения", "`"),
        ("operations.md", "Warnings about the bucket", "*"),
        ("operations.md", "Health checks and metrics", "*"),
    ],
)
def test_the_warnings_it_explains_are_ones_that_the_product_gives(
    name: str, heading: str, mark: str
) -> None:
    quoted = [
        text
        for row in rows(text_of(name), heading)
        for text in re.findall(rf"{re.escape(mark)}([^{mark}]+){re.escape(mark)}", row[0])
        if " " in text and not text.startswith("status:")
    ]

    assert quoted
    for warning in quoted:
        for part in re.split(r"…| / ", warning):
            assert part.strip() in said(), warning


def test_every_log_event_it_names_is_in_the_code() -> None:
    events = [
        event
        for row in rows(text_of("operations.md"), "The log")
        for event in re.findall(r"`(\w+)`", row[0])
    ]

    assert events
    assert [event for event in events if event not in said().splitlines()] == []


def test_every_state_of_health_is_explained() -> None:
    source = (ROOT / "ocrsite" / "monitoring" / "health.py").read_text(encoding="utf-8")
    watch = (ROOT / "documents" / "bucket" / "health.py").read_text(encoding="utf-8")
    text = text_of("operations.md")

    for status in set(re.findall(r'status = "(\w+)"', source)):
        assert f"`status: {status}`" in text
        assert f"`{status}`" in text_of("cloudru.md")
    words = set(re.findall(r'BucketState\(\s*"(\w+)"|"(incomplete|not_configured)"', watch))
    for word in {one or other for one, other in words}:
        assert f"`s3_storage: {word}`" in text


@pytest.mark.parametrize("name", NAMES)
def test_the_commands_it_gives_exist(name: str) -> None:
    text = text_of(name)
    archive = load_command_class("documents", "archive").create_parser("manage.py", "archive")
    given = re.findall(r"manage\.py archive (\w+)", text)

    assert {"verify", "restore"} <= set(given)
    for verb in given:
        assert archive.parse_args([verb]).verb == verb
    assert archive.parse_args(["verify", "--quick"]).quick
    for target in re.findall(r"--target (\w+)", text):
        assert target in product.build_targets()
    for argument in re.findall(r"--build-arg (\w+)=", text):
        assert argument in product.build_arguments()
    services = compose.read(ROOT / "docker-compose.yml", {})["services"]
    for words in re.findall(r"docker compose up -d ([\w -]+?)(?: {2,}|`|$)", text, re.MULTILINE):
        named = [word for word in words.split() if not word.startswith("-")]
        assert {word.partition("=")[0] for word in named} <= set(services)


@pytest.mark.parametrize("name", NAMES)
def test_every_file_it_points_at_is_there(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)", text_of(name)):
        assert (ROOT / "docs" / target).exists(), target


def test_what_is_said_of_paddleocr_vls_limits_is_what_the_code_has() -> None:
    text = " ".join(text_of("operations.md").split())

    assert f"{gpu.NEEDED_BYTES // engine.GIB} GiB of memory free for each OCR worker" in text
    assert f"{gpu.NEEDED_BYTES // engine.GIB} ГБ" in " ".join(text_of("cloudru.md").split())
    assert f"A page may take {engine.SECONDS / 60:.0f} minutes" in text
    assert f"after {engine.PAGES_A_PROCESS:,} pages" in text
    assert f"{engine.GROWTH_BYTES // engine.GIB} GiB more than after its start" in text
