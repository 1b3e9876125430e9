"""Errors have codes that clients rely on and one message, in English and in Russian."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import documents.bucket.errors  # noqa: F401 - its classes are errors, too
from documents import errors
from documents.api import problems
from documents.messages import Message, PluralMessage

ROOT = Path(__file__).parents[2]
PACKAGES = ("documents", "ocr_worker", "ocrsite")
CLASSES = list(errors.error_classes())
NAMES = {cls.__name__ for cls in CLASSES}


def constructions() -> Iterator[tuple[str, str, ast.Call]]:
    """Where the product creates an error: place, class name, call."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call):
                    name = _name_of(node.func)
                    if name in NAMES:
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", name, node


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        if function.attr == "for_field" and isinstance(function.value, ast.Name):
            return function.value.id
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _bare_raises() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name | ast.Attribute):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", _name_of(node.exc)


@pytest.mark.parametrize("error", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_has_its_title_in_russian(error: type[errors.ArchiveError]) -> None:
    with translation.override("ru"):
        assert any("а" <= letter <= "я" for letter in error().translated_title())


def test_no_two_errors_share_a_code() -> None:
    codes = [cls.code for cls in CLASSES]

    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("title", problems.TITLES.values(), ids=str)
def test_every_title_of_a_problem_is_translated(title: object) -> None:
    with translation.override("ru"):
        assert any("а" <= letter <= "я" for letter in str(title))


def test_the_scan_finds_the_errors_of_the_product() -> None:
    found = [name for _, name, _ in constructions()]

    assert len(found) > 100
    assert {"PageChanged", "EngineNotRunning", "InvalidRequest", "BucketOpen"} <= set(found)


@pytest.mark.parametrize("base", ["ArchiveError", "Conflict", "NotAllowed", "BucketError"])
def test_an_error_of_the_product_is_of_a_class_that_says_what_happened(base: str) -> None:
    raised = [(place, name) for place, name, _ in constructions()]

    assert [place for place, name in [*raised, *_bare_raises()] if name == base] == []


def test_an_invalid_request_names_its_field() -> None:
    """Directly, or by the class method that the scan counts under the same name."""
    nameless = [
        place
        for place, name, call in constructions()
        if name == "InvalidRequest"
        and not (isinstance(call.func, ast.Attribute) and call.func.attr == "for_field")
        and not any(keyword.arg == "fields" for keyword in call.keywords)
    ]

    assert nameless == []


def test_an_error_of_the_product_has_a_message_that_can_be_translated() -> None:
    plain = [
        place
        for place, _, call in constructions()
        for argument in call.args[-1:]
        if isinstance(argument, ast.JoinedStr | ast.BinOp)
        or (isinstance(argument, ast.Constant) and not _is_field_name(call, argument))
    ]

    assert plain == []


def _is_field_name(call: ast.Call, argument: ast.expr) -> bool:
    return len(call.args) > 1 and argument is call.args[0]


def test_an_error_says_where_it_happened() -> None:
    document = uuid.uuid4()

    error = errors.DamagedPage("Broken.", document=document, page=3)

    assert str(error) == f"Broken. [document {document}] [page 3]"
    assert error.detail == "Broken."


def test_an_error_has_one_message_in_the_language_of_its_reader() -> None:
    error = errors.InvalidRequest.for_field(
        "title", Message("A title has 1 to {most} characters.", most=500)
    )

    assert error.detail == "A title has 1 to 500 characters."
    assert error.fields == {"title": [error.detail]}
    with translation.override("ru"):
        assert error.translated() == "Название — от 1 до 500 знаков."
        assert error.fields["title"][0].translated() == error.translated()


def test_without_a_message_the_title_is_the_message() -> None:
    error = errors.InTrash()

    assert error.detail == "The document is in the trash. Restore it first."
    with translation.override("ru"):
        assert error.translated() == error.translated_title() != error.detail


def test_an_error_is_found_by_its_code() -> None:
    assert errors.error_class("damaged-page") is errors.DamagedPage
    assert errors.error_class("gremlins") is None


def test_the_russian_of_an_engine_without_a_worker_says_so() -> None:
    message = Message(
        "No OCR worker of this archive has the engine {engine}. Choose one that /health names, or "
        "start a worker that has it.",
        engine="paddleocr-vl",
    )

    with translation.override("ru"):
        assert "paddleocr-vl" in message.translated()
        assert "раньше" not in errors.EngineNotRunning(message).translated_title()


def test_a_plural_message_counts_in_russian() -> None:
    with translation.override("ru"):
        found = [
            PluralMessage("{count} hour", "{count} hours", count=count).translated()
            for count in (1, 2, 5)
        ]

    assert found == ["1 час", "2 часа", "5 часов"]


def test_the_document_of_errors_is_current() -> None:
    """Else: `python docs/make_errors.py`."""
    program = [sys.executable, "docs/make_errors.py", "--check"]

    assert subprocess.run(program, cwd=ROOT, timeout=60, check=False).returncode == 0


@pytest.mark.parametrize("error", CLASSES, ids=lambda cls: cls.__name__)
def test_every_error_says_what_it_means_and_what_to_do(error: type[errors.ArchiveError]) -> None:
    assert error.__doc__
    assert error.next_step.endswith(".")


#: How a sentence that says what to do begins, or the last part of one.
STEPS = re.compile(
    r"(?:^|[.:,] |or )(?:is tried|The page is tried|(?:Ask|Choose|Delete|Export|Give|Open|Pack|"
    r"Save|Scan|Split|Try|Unpack|Upload)\b)",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "names",
    [("DamagedFile", "DamagedPage", "NoPages"), ("ConversionFailed",),
     ("LimitExceeded", "PageTooLarge"), ("PasswordNeeded",)],
    ids=lambda names: names[0],
)  # fmt: skip
def test_an_error_of_a_file_says_what_to_do_next(names: tuple[str, ...]) -> None:
    texts = {
        text.value
        for _, name, call in constructions()
        if name in names
        for message in call.args
        if isinstance(message, ast.Call) and _name_of(message.func) == "Message"
        for text in message.args
        if isinstance(text, ast.Constant) and isinstance(text.value, str)
    }

    assert texts
    assert [text for text in sorted(texts) if not STEPS.search(text)] == []
