"""Errors have codes that clients rely on and sentences that people read, in their language."""

from __future__ import annotations

import uuid

import pytest
from django.utils import translation

from documents import errors
from documents.api import problems


def every_error() -> list[type[errors.ArchiveError]]:
    found: list[type[errors.ArchiveError]] = [errors.ArchiveError]
    for cls in found:
        found.extend(cls.__subclasses__())
    return found


@pytest.mark.parametrize("error", every_error(), ids=lambda cls: cls.__name__)
def test_every_error_has_its_sentence_in_russian(error: type[errors.ArchiveError]) -> None:
    with translation.override("ru"):
        assert any("а" <= letter <= "я" for letter in errors.describe(error.code))


def test_no_two_errors_share_a_code() -> None:
    codes = [cls.code for cls in every_error()]

    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("title", problems._TITLES.values(), ids=str)
def test_every_title_of_a_problem_is_translated(title: object) -> None:
    with translation.override("ru"):
        assert any("а" <= letter <= "я" for letter in str(title))


def test_an_error_says_where_it_happened() -> None:
    document = uuid.uuid4()

    error = errors.DamagedPage("Broken.", document=document, page=3)

    assert str(error) == f"Broken. [document {document}] [page 3]"
    assert error.detail == "Broken."


def test_an_unknown_code_describes_itself() -> None:
    assert errors.describe("gremlins") == "gremlins"
