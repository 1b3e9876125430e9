"""A message is its English text, and keeps what it was made of."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import uuid

from django.utils import translation

from documents.messages import Message, PluralMessage, message_from_json, verbatim

LIMIT = Message("A tag’s name has at most {most} characters.", most=100)


def test_a_message_is_its_english_text() -> None:
    assert LIMIT == "A tag’s name has at most 100 characters."
    assert json.dumps([LIMIT], ensure_ascii=False) == '["A tag’s name has at most 100 characters."]'


def test_a_message_is_translated_with_its_params_and_the_messages_in_them() -> None:
    outer = Message(
        "PaddleOCR-VL is not used, Tesseract reads in its place. {reason}",
        reason=Message("PaddleOCR is not installed."),
    )

    assert outer.endswith("in its place. PaddleOCR is not installed.")
    with translation.override("ru"):
        assert outer.translated().endswith("PaddleOCR не установлен.")


def test_a_message_survives_json_and_copying() -> None:
    plural = PluralMessage("{count} day", "{count} days", count=3)
    outer = Message("{path}: {time}", path=uuid.UUID(int=1), time=plural)

    for same in (message_from_json(json.loads(json.dumps(outer.to_json()))), copy.deepcopy(outer)):
        assert same == outer == f"{uuid.UUID(int=1)}: 3 days"
        with translation.override("ru"):
            assert same.translated() == f"{uuid.UUID(int=1)}: 3 дня"


def test_what_is_no_message_is_shown_as_it_is() -> None:
    for found in ("Plain {words}.", {"msgid": 1}, ["a"], None):
        assert message_from_json(found).is_verbatim
    assert verbatim("Plain {words}.") == "Plain {words}."
    assert verbatim(LIMIT) is LIMIT


def test_a_text_that_comes_from_elsewhere_can_not_format_anything() -> None:
    hostile = {"msgid": "{a.__class__} {a:>9999999999} {b} {a!r} {a}", "params": {"a": "{b}"}}

    message = message_from_json(hostile)

    assert message == "{a.__class__} {a:>9999999999} {b} {a!r} {b}"


def test_nothing_of_django_is_loaded_for_messages_and_errors() -> None:
    program = (
        "import sys; import documents.errors, documents.bucket.errors, documents.messages;"
        "sys.exit(any(name.partition('.')[0] == 'django' for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
