"""What happens to a request before it reaches a door: the start, the uploads, the headers.

And to an answer that streams on its way out."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory

from ocrsite.middleware.downloads_gate import SHORT, DownloadsGate
from ocrsite.middleware.security import SecurityHeaders
from ocrsite.middleware.startup_gate import StartupGate
from ocrsite.middleware.uploads_gate import UploadsGate
from ocrsite.runtime import (
    DOWNLOAD_THREADS,
    SHORT_BODY_THREADS,
    UPLOAD_THREADS,
    WEB_THREADS,
    start_state,
)
from ocrsite.runtime.concurrency_limits import Slots
from ocrsite.runtime.start_state import ProcessRole, Start, read_start, write_start

UPLOAD = "/api/v1/documents/"
LOG_IN = "/api/v1/auth/token/"


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("from the view")


# --- the start ----------------------------------------------------------------------------------


@pytest.fixture
def starting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(start_state, "_finished", None)
    monkeypatch.setattr(
        start_state, "read_start", lambda data_dir, start_id: Start(ProcessRole.ALL)
    )


@pytest.mark.parametrize("path", ["/", "/admin/", "/api/v1/documents/", "/metrics", "/static/x"])
def test_until_the_start_is_over_everything_answers_503(
    rf: RequestFactory, starting: None, path: str
) -> None:
    response = StartupGate(answer)(rf.get(path))

    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0


def test_a_refusal_during_the_start_is_in_the_clients_language(
    rf: RequestFactory, starting: None
) -> None:
    gate = StartupGate(answer)

    told = json.loads(gate(rf.get("/api/v1/documents/", HTTP_ACCEPT_LANGUAGE="ru")).content)  # type: ignore[attr-defined]
    request = rf.get("/admin/", HTTP_ACCEPT="text/html", HTTP_ACCEPT_LANGUAGE="en")
    request.COOKIES["django_language"] = "ru"
    page = gate(request).content.decode()  # type: ignore[attr-defined]

    assert (told["code"], told["title"]) == ("starting", "Архив запускается.")
    assert told["detail"] == "Архив запускается. Повторите попытку через мгновение."
    assert '<html lang="ru">' in page
    assert "Архив запускается. Повторите попытку через мгновение." in page


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_health_is_let_through_before_the_start_is_over(
    rf: RequestFactory, starting: None, path: str
) -> None:
    assert StartupGate(answer)(rf.get(path)).status_code == 200


def test_the_gate_opens_once_the_start_is_over(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = iter([Start(ProcessRole.ALL), Start(ProcessRole.ALL, ready=True)])
    monkeypatch.setattr(start_state, "_finished", None)
    monkeypatch.setattr(start_state, "read_start", lambda data_dir, start_id: next(states))
    gate = StartupGate(answer)

    codes = [gate(rf.get("/admin/")).status_code for _ in range(3)]

    assert codes == [503, 200, 200], "once open it stays open and reads no file any more"


def test_what_the_supervisor_writes_is_what_the_web_reads(tmp_path: Path) -> None:
    start_id, other = uuid.uuid4(), uuid.uuid4()
    start = Start(ProcessRole.WEB, ready=True, ready_at=12.5, problem=None, warnings=["ёлка"])

    write_start(tmp_path, start_id, start)

    assert read_start(tmp_path, start_id) == start
    assert not read_start(tmp_path, other).ready, "an earlier start's file opens nothing"


# --- uploads ------------------------------------------------------------------------------------


def upload(rf: RequestFactory, path: str = UPLOAD, **headers: Any) -> HttpRequest:
    return rf.post(path, b"abc", content_type="application/octet-stream", **headers)


def all_taken(slots: Slots) -> None:
    while slots.acquire():
        pass


def test_what_waits_for_clients_leaves_threads_for_the_rest() -> None:
    bodies = UPLOAD_THREADS + SHORT_BODY_THREADS

    assert bodies <= WEB_THREADS // 2
    assert DOWNLOAD_THREADS <= WEB_THREADS / 3
    assert WEB_THREADS - bodies - DOWNLOAD_THREADS >= 4


def test_uploads_take_at_most_their_share_of_the_threads(rf: RequestFactory) -> None:
    deepest: list[int] = []

    def next_upload(request: HttpRequest) -> HttpResponse:
        # While this one is being taken in, another comes.
        deepest.append(1)
        return gate(upload(rf))  # type: ignore[return-value]

    gate = UploadsGate(next_upload)

    response = gate(upload(rf))

    assert len(deepest) == UPLOAD_THREADS
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert response["Content-Type"] == "application/problem+json"


def test_other_requests_pass_while_uploads_take_their_share(rf: RequestFactory) -> None:
    gate = UploadsGate(answer)
    all_taken(gate.uploads)

    assert gate(upload(rf)).status_code == 503
    assert gate(rf.get(UPLOAD)).status_code == 200
    assert gate(upload(rf, LOG_IN)).status_code == 200


@pytest.mark.parametrize(
    "headers", [{"HTTP_TRANSFER_ENCODING": "chunked"}, {"CONTENT_LENGTH": str(2**21)}]
)
def test_a_large_body_counts_as_an_upload_wherever_it_is_sent(
    rf: RequestFactory, headers: dict[str, str]
) -> None:
    gate = UploadsGate(answer)
    all_taken(gate.uploads)

    assert gate(upload(rf, LOG_IN, **headers)).status_code == 503


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_short_bodies_have_a_share_of_their_own(rf: RequestFactory, method: str) -> None:
    gate = UploadsGate(answer)
    all_taken(gate.short)

    response = gate(rf.generic(method, LOG_IN, b"abc"))

    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert gate(rf.generic(method, LOG_IN)).status_code == 200, "what has no body needs none"
    assert gate(upload(rf)).status_code == 200, "uploads have theirs"


def test_a_short_body_holds_its_slot_only_until_it_is_read(rf: RequestFactory) -> None:
    bodies: list[bytes] = []

    def view(request: HttpRequest) -> HttpResponse:
        bodies.append(request.body)
        if len(bodies) > SHORT_BODY_THREADS:
            return HttpResponse()
        return gate(upload(rf, LOG_IN))  # type: ignore[return-value]

    gate = UploadsGate(view)

    assert gate(upload(rf, LOG_IN)).status_code == 200
    assert bodies == [b"abc"] * (SHORT_BODY_THREADS + 1)


def test_a_form_and_its_files_are_still_read_after_a_short_body_was(rf: RequestFactory) -> None:
    seen: list[object] = []

    def view(request: HttpRequest) -> HttpResponse:
        file = request.FILES["file"]
        assert isinstance(file, UploadedFile)
        seen.extend([request.POST["name"], file.read()])
        return HttpResponse()

    UploadsGate(view)(rf.post("/admin/", {"name": "x", "file": SimpleUploadedFile("a", b"words")}))

    assert seen == ["x", b"words"]


def busy(gate: UploadsGate) -> UploadsGate:
    all_taken(gate.uploads)
    all_taken(gate.short)
    return gate


def broken_off(rf: RequestFactory, **headers: str) -> HttpRequest:
    class BrokenOff(io.BytesIO):
        def read(self, *args: object) -> bytes:
            raise OSError("the client is gone")

    request = upload(rf, LOG_IN, **headers)
    request.META["wsgi.input"] = request._stream = BrokenOff()
    return request


@pytest.mark.parametrize(
    ("is_busy", "request_of", "code", "title", "detail"),
    [
        (True, lambda rf, **h: upload(rf, **h), "busy", "Сервер занят.", "много загрузок"),
        (True, lambda rf, **h: upload(rf, LOG_IN, **h), "busy", "Сервер занят.", "много запросов"),
        (
            False,
            lambda rf, **h: upload(rf, CONTENT_LENGTH=str(2**40), **h),
            "file-too-large",
            "Файл больше",
            "не больше 500 МБ",
        ),
        (False, broken_off, "incomplete-request", "Запрос пришёл не полностью", "Запрос оборвался"),
    ],
)
def test_a_refusal_is_in_the_clients_language(
    rf: RequestFactory,
    is_busy: bool,
    request_of: Callable[..., HttpRequest],
    code: str,
    title: str,
    detail: str,
) -> None:
    gate = UploadsGate(answer)
    response = (busy(gate) if is_busy else gate)(request_of(rf, HTTP_ACCEPT_LANGUAGE="ru"))

    told = json.loads(response.content)  # type: ignore[attr-defined]
    assert (told["code"], told["type"]) == (code, f"urn:ocrsite:problem:{code}")
    assert told["title"].startswith(title)
    assert detail in told["detail"]
    assert response.headers["Content-Language"] == "ru"


def test_an_upload_that_fails_gives_its_place_back(rf: RequestFactory) -> None:
    def broken(request: HttpRequest) -> HttpResponse:
        raise RuntimeError("a bug")

    gate = UploadsGate(broken)
    for _ in range(WEB_THREADS):
        with pytest.raises(RuntimeError):
            gate(upload(rf))
        with pytest.raises(RuntimeError):
            gate(upload(rf, LOG_IN))


def test_a_body_larger_than_any_file_may_be_is_refused_unread(
    rf: RequestFactory, settings: Any
) -> None:
    settings.OCRSITE_MAX_UPLOAD_BYTES = 10 * 2**20

    response = UploadsGate(answer)(upload(rf, CONTENT_LENGTH=str(20 * 2**20)))

    assert response.status_code == 413
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["upload/", "add/"])
def test_a_form_may_bring_more_than_one_file_may_have(
    rf: RequestFactory, settings: Any, path: str
) -> None:
    settings.OCRSITE_MAX_UPLOAD_BYTES = 10 * 2**20
    batch = upload(rf, f"/admin/documents/document/{path}", CONTENT_LENGTH=str(200 * 2**20))

    assert UploadsGate(answer)(batch).status_code == 200


# --- downloads ----------------------------------------------------------------------------------


@pytest.fixture
def no_database() -> Iterator[None]:
    """A response that is closed looks after the connections to the database, as a rule."""
    request_finished.disconnect(close_old_connections)
    yield
    request_finished.connect(close_old_connections)


class Stream:
    """A file's content of `size` bytes in two pieces."""

    def __init__(self, size: int) -> None:
        self.pieces = iter([b"a", b"b" * (size - 1)])
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces

    def close(self) -> None:
        self.closed = True


def streamed(stream: Stream, size: int | None) -> Callable[[HttpRequest], StreamingHttpResponse]:
    headers = {} if size is None else {"Content-Length": str(size)}
    return lambda request: StreamingHttpResponse(stream, headers=headers)


@pytest.mark.parametrize("size", [SHORT + 1, None])
def test_a_long_download_holds_a_slot_until_it_is_closed(
    rf: RequestFactory, no_database: None, size: int | None
) -> None:
    streams = [Stream(SHORT + 1) for _ in range(DOWNLOAD_THREADS + 2)]
    unused = iter(streams)
    gate = DownloadsGate(lambda request: streamed(next(unused), size)(request))

    held = [gate(rf.get("/")) for _ in range(DOWNLOAD_THREADS)]
    refused = gate(rf.get("/"))
    held[0].close()
    held[0].close()
    after = gate(rf.get("/"))

    assert {response.status_code for response in held} == {200}
    assert refused.status_code == 503
    assert int(refused["Retry-After"]) > 0
    assert streams[DOWNLOAD_THREADS].closed, "what is not sent stays open for nobody"
    assert streams[0].closed
    assert after.status_code == 200
    assert b"".join(after) == b"a" + b"b" * SHORT


def test_a_short_download_is_one_piece_and_needs_no_slot(rf: RequestFactory) -> None:
    gate = DownloadsGate(streamed(Stream(2000), 2000))
    all_taken(gate.slots)

    response = gate(rf.get("/"))

    assert list(response) == [b"a" + b"b" * 1999]


def test_asking_for_the_head_of_a_download_needs_no_slot(rf: RequestFactory) -> None:
    gate = DownloadsGate(streamed(Stream(2 * SHORT), 2 * SHORT))
    all_taken(gate.slots)

    assert gate(rf.head("/")).status_code == 200


# --- headers ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_page_carries_a_strict_policy(client: Client) -> None:
    response = client.get("/admin/login/")

    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"


def test_a_stricter_policy_of_a_view_is_kept(rf: RequestFactory) -> None:
    def strict(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Security-Policy": "sandbox"})

    assert SecurityHeaders(strict)(rf.get("/"))["Content-Security-Policy"] == "sandbox"


def test_of_several_forwarded_hosts_the_first_is_the_browsers(rf: RequestFactory) -> None:
    hosts: list[str] = []

    def remember(request: HttpRequest) -> HttpResponse:
        hosts.append(request.get_host())
        return HttpResponse()

    SecurityHeaders(remember)(rf.get("/", HTTP_X_FORWARDED_HOST="archive.example, inner:8081"))

    assert hosts == ["archive.example"]


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.django_db
def test_the_site_speaks_russian_and_english(client: Client, language: str) -> None:
    response = client.get("/admin/login/", headers={"accept-language": language})

    assert response["Content-Language"] == language
