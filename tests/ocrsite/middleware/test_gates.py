"""What happens to a request before it reaches a door: the start, hosts, the headers."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from ocrsite.middleware.hosts import HostsMiddleware
from ocrsite.middleware.security import SecurityHeaders
from ocrsite.middleware.startup_gate import StartupGate
from ocrsite.runtime import start_state
from ocrsite.runtime.start_state import ProcessRole, Start, read_start, write_start

pytestmark = pytest.mark.any_database


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
    assert "<p>Повторите попытку через мгновение.</p>" in page, "the title is not said twice"


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


# --- headers ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_page_carries_a_strict_policy(client: Client) -> None:
    response = client.get("/login/")

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
    response = client.get("/login/", headers={"accept-language": language})

    assert response["Content-Language"] == language


@pytest.mark.parametrize("path", ["/api/v1/documents/", "/login/"])
def test_another_host_is_refused_in_the_form_of_the_path(
    client: Client, settings: Any, path: str
) -> None:
    settings.ALLOWED_HOSTS = ["archive.example"]

    response = client.get(path, headers={"host": "other.example", "accept-language": "ru"})

    assert response.status_code == 400
    told = response.content.decode()
    if path.startswith("/api/"):
        assert response["Content-Type"] == "application/problem+json"
        assert json.loads(told)["code"] == "host-not-valid"
        told = json.loads(told)["detail"]
    else:
        assert '<html lang="ru">' in told
    assert "OCRSITE_ALLOWED_HOSTS" in told
    assert "Этот архив" in told


@pytest.mark.parametrize(("path", "status"), [("/api/v1/documents/", 400), ("/health", 200)])
def test_a_host_that_is_none_is_refused_except_from_probes(
    rf: RequestFactory, path: str, status: int
) -> None:
    request = rf.get(path, headers={"host": "a b/c"})

    refusal = HostsMiddleware(answer).process_request(request)

    assert (refusal.status_code if refusal else 200) == status
