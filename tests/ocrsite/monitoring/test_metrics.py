"""The figures for Prometheus, and who may see them."""

from __future__ import annotations

import uuid
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from documents.models import FIRST_TEAM_ID, Document, Status, Team, User
from documents.models.worker import EngineState, WorkerKind
from documents.search.index.index_state import IndexStatus
from documents.sign_in.tokens import create_token
from ocr_worker.engines.base import EngineReport
from ocr_worker.process.ocr import OcrProcess
from ocr_worker.vlm.load import Load
from tests.factories import make_ocr_worker
from tests.ocr_worker.claims import Pretending

pytestmark = pytest.mark.django_db


#: What a Prometheus on this machine sends.
LOCAL = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:8081"}


def text_of(client: Client) -> str:
    return client.get("/metrics", **LOCAL).content.decode()  # type: ignore[arg-type]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.5.5.5", "::1"])
@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8081", "127.0.0.1:8081", "[::1]:8081"])
def test_this_machine_may_see_them(client: Client, address: str, host: str) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address, HTTP_HOST=host).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "10.0.0.5"},
        {"REMOTE_ADDR": ""},
        # A gateway on this machine, by what it adds ...
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_X_FORWARDED_SSL": "on"},
        {"HTTP_X_FORWARDED": "for=203.0.113.9"},
        {"HTTP_FORWARDED": "for=203.0.113.9"},
        {"HTTP_X_REAL_IP": "203.0.113.9"},
        {"HTTP_VIA": "1.1 gateway"},
        # ... or, where it adds nothing, by the host that its visitor named.
        {"HTTP_HOST": "archive.example"},
        {"HTTP_HOST": "localhost.archive.example"},
        {"HTTP_HOST": "203.0.113.9:8081"},
        {"HTTP_HOST": "["},
        {"HTTP_HOST": ""},
        {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "127.0.0.1"},
    ],
)
def test_nobody_else_may(client: Client, headers: dict[str, str]) -> None:
    answer = client.get("/metrics", **{**LOCAL, **headers})  # type: ignore[arg-type]

    assert answer.status_code == 403


def test_a_prometheus_may_ask_under_any_name(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["archive.example"]

    assert client.get("/metrics", **LOCAL).status_code == 200  # type: ignore[arg-type]


@pytest.mark.parametrize(("superuser", "status"), [(True, 200), (False, 403)])
def test_a_superusers_token_opens_them_from_afar(
    client: Client, superuser: bool, status: int
) -> None:
    user = User.objects.create_user("me", is_superuser=superuser)
    _, token = create_token(user)

    response = client.get(
        "/metrics", REMOTE_ADDR="10.0.0.5", headers={"authorization": f"Token {token}"}
    )

    assert response.status_code == status


def test_a_wrong_token_opens_nothing(client: Client) -> None:
    response = client.get(
        "/metrics", REMOTE_ADDR="10.0.0.5", headers={"authorization": f"Token {'0' * 64}"}
    )

    assert response.status_code == 403


def test_they_count_documents_and_pages_outside_the_trash(client: Client) -> None:
    team = Team.objects.create(id=FIRST_TEAM_ID, name="Main")
    for number, (status, pages, done, failed, trashed) in enumerate(
        [
            (Status.READY, 3, 3, 0, None),
            (Status.PROCESSING, 10, 4, 1, None),
            (Status.QUEUED, None, 0, 0, None),
            (Status.READY, 100, 100, 0, timezone.now()),
        ]
    ):
        Document.objects.create(
            team=team,
            title="",
            filename="a.pdf",
            sha256=f"{number:064}",
            size=1,
            mime_type="application/pdf",
            status=status,
            page_count=pages,
            pages_done=done,
            pages_failed=failed,
            trashed_at=trashed,
        )

    lines = text_of(client).splitlines()

    assert 'ocrsite_documents{status="ready"} 1.0' in lines
    assert 'ocrsite_documents{status="processing"} 1.0' in lines
    assert 'ocrsite_pages{status="done"} 7.0' in lines
    assert 'ocrsite_pages{status="failed"} 1.0' in lines
    assert 'ocrsite_pages{status="pending"} 6.0' in lines


def test_workers_of_every_kind_are_counted_and_engines_of_ocr_workers_only(client: Client) -> None:
    make_ocr_worker(engine_state=EngineState.READY)
    make_ocr_worker(engine_state=EngineState.ABSENT)
    for kind in (WorkerKind.BACKGROUND, WorkerKind.SYNC):
        make_ocr_worker(id=f"machine:{kind}:0", kind=kind, engine="", engine_state="loading")

    lines = text_of(client).splitlines()

    found = {line for line in lines if line.startswith("ocrsite_workers_alive{")}
    assert found == {
        'ocrsite_workers_alive{kind="ocr"} 2.0',
        'ocrsite_workers_alive{kind="background"} 1.0',
        'ocrsite_workers_alive{kind="sync"} 1.0',
    }
    assert 'ocrsite_engine_workers{state="ready"} 1.0' in lines
    assert 'ocrsite_engine_workers{state="absent"} 1.0' in lines
    assert 'ocrsite_engine_workers{state="loading"} 0.0' in lines
    assert len([line for line in lines if line.startswith("ocrsite_worker_rss_bytes{")]) == 4
    assert "# TYPE ocrsite_worker_pages_read_total counter" in lines
    assert len([line for line in lines if line.startswith("ocrsite_worker_pages_read_total{")]) == 2


def test_answers_are_counted_under_their_views_name(client: Client) -> None:
    client.get("/login/")
    client.get("/no/such/page/at/all")

    text = text_of(client)

    assert 'ocrsite_http_requests_total{status="200",view="log-in"}' in text
    assert "no/such/page" not in text


def test_how_the_search_index_is(client: Client, search_directory: Path) -> None:
    assert "ocrsite_search_entries" not in text_of(client)
    search_directory.mkdir()
    IndexStatus("building", entries=12, lag=0.4).write(search_directory)

    text = text_of(client)

    assert "ocrsite_search_entries 12.0" in text
    assert "ocrsite_search_lag_seconds 0.4" in text
    assert "ocrsite_search_building 1.0" in text


class Reporting(Pretending):
    """An engine with a recogniser that has done `load`."""

    load_done = Load(seconds=12.5, steps=100, row_steps=3100, blocks=40, shortages=1, most_rows=64)

    @property
    def report(self) -> EngineReport:
        return EngineReport(recogniser_load=asdict(self.load_done))


def test_what_a_recogniser_has_done_is_counted(client: Client) -> None:
    make_ocr_worker("tesseract")
    worker = OcrProcess(0, uuid.uuid4())
    worker.loading.engine = Reporting()

    worker._update_row()

    lines = text_of(client).splitlines()
    for name, value in (
        ("seconds", 12.5), ("steps", 100.0), ("tokens", 3100.0), ("blocks", 40.0),
        ("memory_shortages", 1.0),
    ):  # fmt: skip
        assert f"# TYPE ocrsite_recogniser_{name}_total counter" in lines
        assert f'ocrsite_recogniser_{name}_total{{worker="{worker.owner}"}} {value}' in lines
    assert "# TYPE ocrsite_recogniser_rows gauge" in lines
    assert f'ocrsite_recogniser_rows{{worker="{worker.owner}"}} 64.0' in lines
    told = {line.split("{")[0] for line in lines if line.startswith("ocrsite_recogniser_")}
    assert len(told) == len(fields(Load)), "nothing that is reported is left out"


def test_without_a_recogniser_nothing_is_told_of_one(client: Client) -> None:
    make_ocr_worker("tesseract")

    assert "recogniser" not in text_of(client)
