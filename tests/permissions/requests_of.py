"""What is sent where a row of the matrix needs more than an address."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.permissions.world import World

_DOCUMENT = "api/v1/documents/<uuid:document_id>/"
_PAGE = f"{_DOCUMENT}pages/<int:number>/"
_DESK = "review/<uuid:document_id>/"
_ADMIN = "admin/documents/document/"
_TEAM = "admin/documents/team/<uuid:team_id>/"

_HOOK = "webhooks/<uuid:webhook_id>/"
_WEBHOOK = "api/v1/webhooks/<uuid:webhook_id>/"
_SOURCE = "sources/<uuid:source_id>/"
_UPLOAD = "api/v1/uploads/<uuid:upload_id>/"
_TUS = {"tus-resumable": "1.0.0"}


def _team_in_base64(world: World) -> str:
    return f"team {base64.b64encode(str(world.team.id).encode()).decode()}"


Body = Callable[[World], dict[str, Any]]


def _json(**content: object) -> Body:
    return lambda world: {"data": content, "content_type": "application/json"}


def _form(**content: object) -> Body:
    return lambda world: {"data": content}


def _in_team(**content: object) -> Body:
    return lambda world: {
        "data": {**content, "team": str(world.team.id)},
        "content_type": "application/json",
    }


def _of_invited(**content: object) -> Body:
    return lambda world: {"data": {**content, "member": world.places["membership_id"]}}


def _of_document(**content: object) -> Body:
    return lambda world: {
        "data": {**content, "ids": [str(world.document.id)]},
        "content_type": "application/json",
    }


def _with_older_edition(name: str) -> Body:
    return lambda world: {
        "data": {name: str(world.document.replaces)},
        "content_type": "application/json",
    }


_MAILBOX = {
    "host": "imap.example.com",
    "port": "993",
    "user": "archive",
    "folders": "INBOX",
    "every_seconds": "300",
    "afterwards": "leave",
    "rules-TOTAL_FORMS": "0",
    "rules-INITIAL_FORMS": "0",
}

#: Options of Django's test client, by method and route.
BODIES: dict[str, Body] = {
    "POST api/v1/auth/token/": _json(username="nobody", password="wrong"),
    "POST api/v1/tokens/": _json(name="new", scopes=["read"]),
    "POST api/v1/documents/": lambda world: {
        "data": {
            "file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 new"),
            "team": str(world.team.id),
        }
    },
    "POST ocr/": _json(image_base64="TVqQAA=="),
    "POST ^mcp/?$": lambda world: {
        "data": {"jsonrpc": "2.0", "id": 1, "method": "tools/list"},
        "content_type": "application/json",
        "headers": {"accept": "application/json, text/event-stream"},
    },
    "POST api/v1/documents/zip/": _of_document(),
    "POST api/v1/review/next/": _json(),
    "POST api/v1/tags/": _in_team(name="new"),
    "PATCH api/v1/tags/<uuid:tag_id>/": _json(name="other"),
    "POST api/v1/teams/": _json(name="New team"),
    "PATCH api/v1/teams/<uuid:team_id>/": _json(name="Other name"),
    "POST api/v1/teams/<uuid:team_id>/members/": _json(username="new", role="reader", invite=True),
    "PATCH api/v1/teams/<uuid:team_id>/members/<str:username>/": _json(role="reviewer"),
    f"POST {_DOCUMENT}links/": _json(format="txt"),
    f"POST {_DOCUMENT}postpone/": _json(until="2199-01-01T09:00:00Z"),
    f"POST {_DOCUMENT}assign/": _json(person=None),
    f"PUT {_PAGE}doubts/<str:doubt_id>/": _json(answer="right"),
    f"PUT {_DOCUMENT}hold/": _json(reason="Lawsuit"),
    "POST api/v1/batches/": _in_team(**{"from": "in/", "to": "out/", "formats": ["json"]}),
    "POST api/v1/changes/": _of_document(action="trash"),
    "POST api/v1/webhooks/": _in_team(url="https://example.com/hook"),
    f"PATCH {_WEBHOOK}": _json(active=False),
    "POST api/v1/sources/": _in_team(
        name="Mail", mailbox={"host": "imap.example.com", "user": "u", "password": "p"}
    ),
    f"PATCH api/v1/{_SOURCE}": _json(active=False),
    f"POST api/v1/{_SOURCE}retry/": _json(),
    f"POST {_WEBHOOK}redeliver/": _json(),
    "POST api/v1/uploads/": lambda world: {
        "headers": {**_TUS, "upload-length": "10", "upload-metadata": _team_in_base64(world)}
    },
    f"PATCH {_UPLOAD}": lambda world: {
        "data": b"12345",
        "content_type": "application/offset+octet-stream",
        "headers": {**_TUS, "upload-offset": "0"},
    },
    f"DELETE {_UPLOAD}": lambda world: {"headers": _TUS},
    "POST api/v1/documents/batch/": lambda world: {
        "data": {
            "file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 new"),
            "team": str(world.team.id),
        }
    },
    f"POST {_DOCUMENT}versions/": lambda world: {
        "data": {"file": SimpleUploadedFile("b.pdf", b"%PDF-1.4 newer")}
    },
    f"PATCH {_DOCUMENT}": _json(title="other"),
    f"POST {_DOCUMENT}reprocess/": _json(),
    f"POST {_DOCUMENT}arrange/": _json(pages=[{"page": 1, "rotate": 90}]),
    f"POST {_DOCUMENT}collate/": _with_older_edition("backs"),
    f"PUT {_DOCUMENT}stack/": _json(split="blank"),
    "GET api/v1/separator-sheets/": lambda world: {"data": {"team": str(world.team.id)}},
    "POST documents/<uuid:document_id>/stack/": _form(split="blank"),
    f"POST {_DOCUMENT}password/": _json(password="x"),
    f"POST {_DOCUMENT}approve/": _json(),
    f"POST {_DOCUMENT}reject/": _json(),
    f"PUT {_PAGE}text/": _json(blocks=[{"id": "b0", "text": "other"}], revision=0),
    f"POST {_PAGE}readings/accept/": _json(revision=0),
    "GET api/v1/search/": _form(q="text"),
    "POST api/v1/searches/": _in_team(name="new", q="text"),
    "POST review/next/": _json(),
    "POST review/assign/": lambda world: {
        "data": {"ids": [str(world.document.id)], "person": "reviewer"},
        "content_type": "application/json",
    },
    f"POST {_DESK}lease/": _json(),
    f"POST {_DESK}release/": _json(),
    f"POST {_DESK}answer/": _json(page=1, doubt="x", answer="right"),
    f"POST {_DESK}undo/": _json(page=1, doubt="x"),
    f"POST {_DESK}check/": _json(page=1),
    f"POST {_DESK}type/": _json(page=1, text="new", revision=0, width=100, height=100),
    f"POST {_DESK}decide/": _json(verdict="approve"),
    f"POST {_DESK}postpone/": _json(until="2199-01-01T09:00"),
    "GET review/group/places/": _form(text="text"),
    "POST review/group/answer/": lambda world: {
        "data": {"answer": "right", "places": [[str(world.document.id), 1, "x"]]},
        "content_type": "application/json",
    },
    "POST review/rules/<uuid:team_id>/": _form(sample="5"),
    "POST i18n/setlang/": _form(language="ru"),
    "POST login/": _form(username="nobody", password="wrong"),
    "POST invitation/": _form(new_password1="a", new_password2="a"),
    "POST team/<uuid:team_id>/rename/": _form(name="Other name"),
    "POST team/<uuid:team_id>/invite/": _form(username="new", role="manager"),
    "POST team/<uuid:team_id>/add/": _form(username="revoked", role="reader"),
    "POST team/<uuid:team_id>/renew/": _of_invited(),
    "POST team/<uuid:team_id>/withdraw/": _of_invited(),
    "POST team/<uuid:team_id>/role/": _of_invited(role="manager"),
    "POST team/<uuid:team_id>/remove/": _of_invited(),
    "POST team/<uuid:team_id>/trash-days/": _form(keeps="days", days="30"),
    "POST team/<uuid:team_id>/audit-days/": _form(audit_days="90"),
    "POST team/audit/export/": _form(),
    "POST trash/<uuid:team_id>/empty/": _form(),
    "POST trash/<uuid:team_id>/keep/": _form(),
    "POST documents/<uuid:document_id>/untrash/": _form(next="/trash/"),
    "POST documents/<uuid:document_id>/hold/": _form(next="/trash/", reason="Lawsuit"),
    "POST documents/<uuid:document_id>/lift-hold/": _form(next="/trash/"),
    "POST setup/password/": _form(new_password1="a", new_password2="a"),
    "POST setup/team/": _form(name="a"),
    "POST setup/sample/": _form(),
    "POST setup/end/": _form(),
    "POST password/": _form(old_password="wrong", new_password1="a", new_password2="a"),
    "POST admin/documents/workerprocess/approve/": _form(engine="tesseract", version="0"),
    "POST admin/documents/workerprocess/retry/": _form(code="damaged-page"),
    "POST logout/": _form(),
    "POST logout/everywhere/": _form(),
    "POST theme/": _form(theme="dark"),
    "POST account/tokens/": _form(name="new", scopes=["read"], days="30"),
    "POST account/tokens/<uuid:token_id>/revoke/": _form(),
    "POST documents/change/": _of_document(change={"action": "tag", "add": ["other"]}),
    "POST documents/titles/": _of_document(pattern="{n}"),
    "POST documents/download/": lambda world: {
        "data": {"kind": "original", "ids": str(world.document.id)}
    },
    "POST documents/views/": _form(name="v", list="tag=a"),
    "POST documents/views/<uuid:search_id>/forget/": _form(),
    "POST admin/logout/": _form(),
    "POST admin/password_change/": _form(old_password="wrong"),
    "GET admin/autocomplete/": _form(
        term="", app_label="documents", model_name="membership", field_name="user"
    ),
    "POST webhooks/": lambda world: {
        "data": {
            "url": "https://example.com/hook",
            "events": ["document.ready"],
            "team": str(world.team.id),
        }
    },
    "POST sources/new/<slug:kind>/": lambda world: {
        "data": {**_MAILBOX, "name": "Mail", "password": "p", "team": str(world.team.id)}
    },
    f"POST {_SOURCE}change/": _form(**_MAILBOX, name="Other"),
    f"POST {_SOURCE}switch/": _form(active="off"),
    f"POST {_SOURCE}run/": _form(),
    f"POST {_SOURCE}test/": _form(),
    f"POST {_SOURCE}retry/": _form(),
    f"POST {_SOURCE}delete/": _form(),
    f"POST {_HOOK}change/": _form(url="https://example.com/other", events=["document.ready"]),
    f"POST {_HOOK}switch/": _form(active="off"),
    f"POST {_HOOK}secret/": _form(),
    f"POST {_HOOK}test/": _form(),
    f"POST {_HOOK}replay/": _form(since="2026-01-01T00:00"),
    f"POST {_HOOK}delete/": _form(),
    "POST search/save/": _form(name="s", q="a"),
    "POST search/saved/<uuid:search_id>/rename/": _form(name="other"),
    "POST search/saved/<uuid:search_id>/delete/": _form(),
    "POST search/saved/<uuid:search_id>/seen/": _form(at="2026-01-01T00:00:00+00:00"),
    f"POST {_ADMIN}<uuid:document_id>/details/": _form(title="other"),
    f"POST {_ADMIN}<uuid:document_id>/do/<slug:verb>/": _form(),
    f"POST {_ADMIN}<path:object_id>/delete/": _form(post="yes"),
    f"POST {_ADMIN}<path:object_id>/change/": _form(title="other"),
    f"POST {_ADMIN}": lambda world: {
        "data": {"action": "move_to_trash", "_selected_action": str(world.document.id)}
    },
    "POST admin/documents/tag/add/": lambda world: {
        "data": {"name": "new", "team": str(world.team.id)}
    },
    "POST admin/documents/tag/<path:object_id>/change/": _form(name="other"),
    "POST admin/documents/tag/<path:object_id>/delete/": _form(post="yes"),
    f"POST {_TEAM}rename/": _form(name="Other name"),
    f"POST {_TEAM}invite/": _form(username="new", role="manager"),
    f"POST {_TEAM}members/<int:membership_id>/role/": _form(role="manager"),
    f"POST {_TEAM}members/<int:membership_id>/remove/": _form(),
    f"POST {_TEAM}members/<int:membership_id>/invite/": _form(),
    "POST admin/documents/team/add/": _form(name="New"),
    "POST admin/documents/team/<path:object_id>/change/": _form(name="Other name"),
    "POST admin/documents/team/<path:object_id>/delete/": _form(post="yes"),
    "POST admin/documents/user/log-out-everywhere/": _form(),
    "POST admin/documents/user/<int:user_id>/log-out-everywhere/": _form(),
    "POST admin/documents/user/<id>/password/": _form(password1="a", password2="a"),
    "POST admin/documents/user/add/": _form(username="new"),
    "POST admin/documents/user/<path:object_id>/change/": _form(username="other"),
    "POST admin/documents/user/<path:object_id>/delete/": _form(post="yes"),
}
