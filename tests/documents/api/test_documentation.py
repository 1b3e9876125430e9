"""docs/api.md names everything there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import URLPattern

from documents import errors
from documents.api.statuses import status_of
from documents.api.urls import urlpatterns

DOCUMENTATION = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
NAMED = [
    str(pattern.pattern)
    for pattern in urlpatterns
    if isinstance(pattern, URLPattern) and pattern.name not in (None, "unknown-path")
]


@pytest.mark.parametrize("route", NAMED)
def test_every_endpoint_has_an_example(route: str) -> None:
    path = route.replace("v1/documents/<uuid:document_id>/", "$DOC ").replace("<int:number>", "1")
    path = path.replace("<str:name>", "0001-0123456789ab.webp")
    path = path.replace("<uuid:search_id>", "$SEARCH").replace("<uuid:token_id>", "$ID")
    path = path.replace("<uuid:webhook_id>", "$HOOK").replace("<uuid:batch_id>", "$BATCH")
    path = path.replace("<uuid:upload_id>", "$UPLOAD").replace("<uuid:source_id>", "$SOURCE")
    path = path.replace("<uuid:team_id>", "$TEAM").replace("<uuid:fetch_id>", "$FETCH")
    path = path.replace("<str:doubt_id>", "$DOUBT").replace("<uuid:tag_id>", "$TAG")
    path = path.replace("<str:username>", "anna").replace("<uuid:arrangement_id>", "$ARRANGED")
    below = path.partition("$DOC ")[2]
    if "<uuid:change_id>" in path:
        path = f"{path.partition('<uuid:change_id>/')[2]}"
        path = f"${{CHANGE}}{path}" if path else "$CHANGE "
    of = "STACK" if below == "stack/" else "DOC"
    example = f"${{{of}}}{below}" if below else path.replace("v1/", "$SITE/api/v1/").strip()

    assert any("curl" in line and example in line for line in DOCUMENTATION.splitlines()), (
        f"no example of {example}"
    )


@pytest.mark.parametrize(
    "error",
    [
        cls
        for base in (errors.ArchiveError, errors.Conflict, errors.NotAllowed)
        for cls in base.__subclasses__()
        if not issubclass(cls, errors.ReadingError | errors.UploadRefused | errors.LeaseLost)
        and cls not in (errors.Conflict, errors.NotAllowed)
    ],
)
def test_every_error_of_a_request_is_explained(error: type[errors.ArchiveError]) -> None:
    rows = re.findall(r"^\| (\d{3}) \| (.*?) \|", DOCUMENTATION, re.MULTILINE)

    assert any(
        int(status) == status_of(error) and f"`{error.code}`" in codes for status, codes in rows
    )
