"""The Model Context Protocol at a real site, asked by the library's own client."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
import requests
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, eventually, running

# A protocol over the API, whose queries are tested on each database.
pytestmark = [pytest.mark.real_site, pytest.mark.any_database, pytest.mark.slow]

#: As a client of before 2026-07-28 does, and as one of that version.
MODES = ["legacy", "auto"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("mcp") / "data"
    with running(
        data_dir, OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_WORKERS="1", OMP_THREAD_LIMIT="1"
    ) as site:
        site.wait_for_bootstrap()
        site.log_in()
        yield site


@pytest.fixture(scope="module")
def letter(site: Site) -> str:
    """The id of a letter that has been read and can be found."""
    content = (Path(__file__).parents[2] / "documents" / "web" / "sample.pdf").read_bytes()
    answer = site.upload("letter.pdf", content, title="A letter")
    assert answer.status_code == 201, answer.text
    letter_id = str(answer.json()["id"])
    site.wait_until_read(60)
    found = "/api/v1/search/?q=title:letter"
    eventually(lambda: site.call(found).json()["results"], 20, "the letter is found")
    return letter_id


def ask(site: Site, mode: str, *calls: tuple[str, dict[str, Any]]) -> list[list[str]]:
    """What the tools answer, one after another in one connection."""

    async def talk() -> list[list[str]]:
        headers = {"Authorization": str(site.session.headers["Authorization"])}
        async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
            transport = streamable_http_client(site.url("/mcp"), http_client=http)
            async with Client(transport, mode=mode) as client:
                listed = await client.list_tools()
                assert {tool.name for tool in listed.tools} >= {name for name, _ in calls}
                answers = []
                for name, arguments in calls:
                    result = await client.call_tool(name, arguments)
                    assert not result.is_error, result
                    answers.append([str(getattr(each, "text", "")) for each in result.content])
                return answers

    return anyio.run(talk)


@pytest.mark.parametrize("mode", MODES)
def test_a_model_searches_reads_and_gets_a_link(site: Site, letter: str, mode: str) -> None:
    searched, shown, read, linked = ask(
        site,
        mode,
        ("search", {"query": "title:letter"}),
        ("document", {"id": letter}),
        ("read_page", {"id": letter, "page": 1}),
        ("get_file_link", {"id": letter, "format": "txt"}),
    )

    assert json.loads(searched[0])["results"][0]["id"] == letter
    assert json.loads(shown[0])["title"] == "A letter"
    text = site.call(f"/api/v1/documents/{letter}/result.txt").content.decode()
    words = set(re.findall(r"\w+", read[1]))
    assert words and words <= set(re.findall(r"\w+", text)) | {"br"}
    url = json.loads(linked[0])["url"]
    assert url.startswith(site.url("/api/"))
    assert requests.get(url, timeout=60).content.decode() == text, "without a log-in"
    assert requests.get(url.partition("?")[0], timeout=60).status_code == 401


def test_who_has_no_token_is_told_to_log_in(site: Site) -> None:
    answer = requests.post(site.url("/mcp"), json={}, timeout=60)

    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_body_that_is_no_request_is_answered(site: Site) -> None:
    headers = {"Accept": "application/json, text/event-stream"}
    for body in (b"", b"{", b"[]", b"1", b'{"jsonrpc": "2.0"}', b'{"id": 1, "method": "x"}'):
        answer = site.call("/mcp", "POST", data=body,
                           headers={**headers, "Content-Type": "application/json"})  # fmt: skip
        assert 400 <= answer.status_code < 500, (body, answer.status_code)
