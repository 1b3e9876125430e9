"""What an administrator is warned of on the first page is said in their language."""

from __future__ import annotations

import uuid
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from documents.bucket.error_messages import answer_message
from documents.bucket.errors import WrongAccessKey
from documents.bucket.health import BucketState, watch
from documents.bucket.settings import BucketAddress, read_bucket_settings
from documents.messages import Message
from documents.models import User, WorkerKind
from ocr_worker.engines.paddleocr_vl import requirements
from ocrsite.data_directory import choose_data_directory
from ocrsite.monitoring import context
from ocrsite.runtime.start_state import ProcessRole, Start, read_start, write_start
from tests.documents.admin.conftest import browser_of
from tests.factories import make_ocr_worker

pytestmark = pytest.mark.any_database


@pytest.fixture
def russian(reviewer: User) -> Client:
    client = browser_of(reviewer)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    return client


def first_page(client: Client) -> str:
    return unescape(client.get(reverse("admin:index")).content.decode())


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A start whose documents may be lost, as it comes from the supervisor; what it warns of."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "data").write_text("not a directory")
    warning = choose_data_directory("", tmp_path / "data").warning
    assert warning is not None
    start_id = uuid.uuid4()
    write_start(
        tmp_path, start_id, Start(ProcessRole.ALL, ready=True, warnings=[warning, "Plain words."])
    )
    found = read_start(tmp_path, start_id)
    assert found.warnings == [str(warning), "Plain words."], "in English for the log and /health"
    monkeypatch.setattr(context, "read_current_start", lambda: found)
    return str(warning)


def test_what_the_start_warns_of_is_said_in_russian(
    russian: Client, temporary: str, tmp_path: Path
) -> None:
    page = first_page(russian)

    assert f"В каталог {tmp_path / 'data'} нельзя писать (it is not a directory), поэтому" in page
    assert "may be lost" not in page
    assert '<span class="detail" lang="en">Plain words.</span>' in page


def test_and_in_english_to_who_reads_english(browser: Client, temporary: str) -> None:
    assert first_page(browser).count(temporary) == 1


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"ENDPOINT": ""}, "не задана переменная CLOUDRU_S3_ENDPOINT."),
        ({"ENDPOINT": "", "BUCKET": ""}, "переменные CLOUDRU_S3_ENDPOINT, CLOUDRU_S3_BUCKET."),
        ({"ACCESS_KEY": "key"}, "В CLOUDRU_S3_ACCESS_KEY нет двоеточия"),
        ({"ENDPOINT": "https://s3.example/other"}, "оканчивается на /other, а это не бакет one"),
    ],
)
def test_what_is_wrong_with_the_variables_is_said_in_russian(
    russian: Client, settings: Any, variables: dict[str, str], said: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    given = {"ENDPOINT": "https://s3.example", "BUCKET": "one", "ACCESS_KEY": "a:b",
             "SECRET_KEY": "secret", **variables}  # fmt: skip
    found = read_bucket_settings({f"CLOUDRU_S3_{name}": text for name, text in given.items()})
    state = BucketState("incomplete" if found.missing else "configured", found.warnings)
    monkeypatch.setattr(watch, "state", lambda: state)

    page = first_page(russian)

    [warning] = found.warnings
    assert said in page
    assert warning not in page


def test_the_message_of_an_error_is_translated_once(
    russian: Client, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = BucketAddress("https://one", "bucket", "a:b", "secret")
    message = answer_message(WrongAccessKey, address, key="", answer="403", has_code=True)
    state = BucketState("failing", (WrongAccessKey(message).message,))
    monkeypatch.setattr(watch, "state", lambda: state)

    page, english = first_page(russian), first_page(browser)

    assert page.count("Объектное хранилище https://one не знает этого ключа доступа") == 1
    assert message not in page
    assert english.count(message) == 1


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("absent", "На этой машине нет графического процессора для PaddleOCR-VL."),
        ("loading", "Программа распознавания не загрузилась: MemoryError"),
    ],
)
def test_why_a_reader_has_no_engine_is_said_in_russian(
    russian: Client, state: str, said: str
) -> None:
    message = {
        "absent": requirements.NO_GPU,
        "loading": Message("The OCR engine did not load: {problem}", problem="MemoryError"),
    }[state]
    make_ocr_worker(engine_state=state, engine_detail=message, engine_message=message.to_json())

    page = first_page(russian)

    assert said in page
    assert message not in page


@pytest.mark.parametrize("kind", [WorkerKind.BACKGROUND, WorkerKind.SYNC])
def test_only_ocr_workers_are_listed_with_their_engine(browser: Client, kind: WorkerKind) -> None:
    make_ocr_worker(id=f"machine:{kind}:0", kind=kind, engine="", engine_state="loading")

    assert "No OCR worker is running." in first_page(browser)

    make_ocr_worker()
    page = first_page(browser)

    assert "OCR worker 1: Tesseract" in " ".join(page.split())
    assert "OCR worker 2" not in page
    assert "No OCR worker is running." not in page
