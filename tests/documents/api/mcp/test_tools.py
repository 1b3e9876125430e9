"""What a model is answered at /mcp, and what it is not."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from documents.api.mcp.answers import LONGEST_ANSWER, PART, split_text
from documents.audit.reads import reads
from documents.models import Document, Team, TokenScope, User
from documents.sign_in.tokens import create_token
from documents.text.timestamps import iso_time
from tests.factories import make_document, make_layout, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ROOT = Path(__file__).parents[4]
TITLE = "Договор аренды"


@pytest.fixture
def document(media: Path, team: Team, follow: Callable[[], None]) -> Document:
    pages = [make_layout("Арендатор платит в срок"), make_layout("слово " * 3000)]
    made = make_document(team, pages=pages, title=TITLE, tags=["дом"])
    follow()
    return made


@pytest.fixture
def ask(user: User) -> Callable[..., Any]:
    return asking(user)


def asking(user: User, **limits: Any) -> Callable[..., Any]:
    """Sends a request with a token of `user`; returns the result, or the error."""
    key = create_token(user, **limits)[1]
    client = Client(headers={"authorization": f"Bearer {key}"})

    def send(method: str, **parameters: Any) -> Any:
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
        answer = client.post(
            "/mcp",
            json.dumps(message),
            content_type="application/json",
            headers={"accept": "application/json, text/event-stream"},
        )
        assert answer.status_code == 200, answer.content
        return answer.json().get("result") or answer.json()["error"]

    return send


def call(ask: Callable[..., Any], tool: str, **arguments: Any) -> Any:
    """The texts of a tool's answer, the first of them parsed; a refusal as it is."""
    result = ask("tools/call", name=tool, arguments=arguments)
    texts = [each["text"] for each in result["content"]]
    assert sum(map(len, texts)) <= LONGEST_ANSWER
    return texts[0] if result.get("isError") else (json.loads(texts[0]), *texts[1:])


def test_every_tool_only_reads_and_says_what_it_takes(ask: Callable[..., Any]) -> None:
    tools = {tool["name"]: tool for tool in ask("tools/list")["tools"]}

    assert set(tools) == {"search", "read_page", "document", "get_file_link"}
    assert all(tool["annotations"]["readOnlyHint"] for tool in tools.values())
    assert tools["search"]["inputSchema"]["required"] == ["query"]
    assert tools["read_page"]["inputSchema"]["properties"]["page"]["minimum"] == 1


def test_a_search_answers_short_hits(ask: Callable[..., Any], document: Document) -> None:
    (found,) = call(ask, "search", query="арендаторы")

    (hit,) = found["results"]
    assert hit == {
        "id": str(document.id), "title": TITLE, "page": 1,
        "snippet": "**Арендатор** платит в срок",
    }  # fmt: skip


def test_a_long_page_comes_in_parts(ask: Callable[..., Any], document: Document) -> None:
    facts, first = call(ask, "read_page", id=str(document.id), page=2)
    parts = [first]
    for part in range(2, facts["parts"] + 1):
        parts.append(call(ask, "read_page", id=str(document.id), page=2, part=part)[1])

    assert len(parts) > 1
    assert " ".join("".join(parts).split()) == ("слово " * 3000).strip()
    assert all(len(part) <= PART for part in parts)
    refused = call(ask, "read_page", id=str(document.id), page=2, part=len(parts) + 1)
    assert "parts" in refused


def test_no_part_of_a_text_is_lost_or_too_long() -> None:
    for text in ("", "x" * (3 * PART + 1), "a\n\n" * PART, "слово " * PART):
        parts = split_text(text)
        assert all(len(part) <= PART for part in parts)
        assert "".join("".join(parts).split()) == "".join(text.split())


def test_a_document_has_facts_and_a_link(ask: Callable[..., Any], document: Document) -> None:
    (facts,) = call(ask, "document", id=str(document.id))

    assert facts["title"] == TITLE
    assert facts["tags"] == ["дом"]
    assert facts["pages"] == {"done": "1-2"}
    assert facts["link"] == f"http://testserver/documents/{document.id}/"


def test_the_link_of_a_file_opens_it_for_a_while(
    ask: Callable[..., Any], document: Document
) -> None:
    (given,) = call(ask, "get_file_link", id=str(document.id), format="txt")

    path = given["url"].removeprefix("http://testserver")
    assert path.startswith(f"/api/v1/documents/{document.id}/result.txt?by=")
    assert given["expires_at"] > iso_time(timezone.now())
    assert Client().get(path).status_code == 200
    assert Client().get(path.partition("?")[0]).status_code == 401


@pytest.mark.parametrize("tool", ["document", "read_page", "get_file_link"])
def test_a_foreign_document_does_not_exist(document: Document, tool: str) -> None:
    stranger = asking(make_user(team=make_team()))
    page = {"page": 1} if tool == "read_page" else {}

    refused = call(stranger, tool, id=str(document.id), **page)

    nothing = call(stranger, tool, id=str(uuid.UUID(int=1)), **page)
    assert refused.replace(str(document.id), "") == nothing.replace(str(uuid.UUID(int=1)), "")
    assert call(stranger, "search", query="арендатор")[0].get("results") is None


def test_a_token_that_is_bound_to_another_team_sees_nothing(user: User, document: Document) -> None:
    other = make_team()
    other.memberships.create(user=user, role="reader")
    bound = asking(user, team_ids=[other.id])

    assert "no document" in call(bound, "document", id=str(document.id)).lower()
    assert call(bound, "search", query="арендатор")[0].get("results") is None


@pytest.mark.parametrize("scope", [s for s in TokenScope.values if s != "read"])
def test_a_token_without_read_is_refused(user: User, scope: str) -> None:
    key = create_token(user, name="a", scopes=[scope])[1]

    answer = Client(headers={"x-api-key": key}).post("/mcp", "{}", content_type="application/json")

    assert answer.status_code == 403
    assert answer.json()["code"] == "scope-too-narrow"


def test_what_is_wrong_is_told_to_the_model(ask: Callable[..., Any], document: Document) -> None:
    assert "limit" in call(ask, "search", query="a", limit=1000)
    assert "no such field" in call(ask, "search", query="a", team="x")
    assert "id" in call(ask, "document", id="1")
    assert ask("tools/call", name="delete", arguments={})["code"] == -32602


def test_a_page_that_is_read_is_a_look(ask: Callable[..., Any], document: Document) -> None:
    reads.clear()
    call(ask, "read_page", id=str(document.id), page=1)

    assert [note.document_id for note in reads._waiting] == [document.id]
    reads.clear()


def test_it_has_no_stream_and_no_session(user: User) -> None:
    key = create_token(user)[1]
    client = Client(headers={"authorization": f"Bearer {key}"})

    assert client.get("/mcp").status_code == 405
    assert client.delete("/mcp").status_code == 405
    large = client.post("/mcp", "x" * 70_000, content_type="application/json")
    assert large.status_code == 413


def test_the_library_is_loaded_only_when_somebody_asks() -> None:
    code = "import sys; import ocrsite.wsgi; import ocrsite.urls; sys.exit('mcp' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
