"""The addresses of people's pages, found in their URL patterns."""

from __future__ import annotations

from django.test import Client

from documents.models import Document, Source, Team
from documents.web import urls
from tests.factories import make_mailbox


def addresses(client: Client, document: Document, team: Team) -> list[str]:
    """Every address of people's that answers with a whole page, and the search's results."""
    source = Source.objects.filter(team=team).first() or make_mailbox(team, refused=["Large"])
    known = {
        "document_id": document.id,
        "team_id": team.id,
        "source_id": source.id,
        "kind": "mailbox",
        "number": 1,
        "slug": "x",
    }
    found = ["/search/?q=договор", "/search/?q=nowhere"]
    for pattern in urls.urlpatterns:
        converters = pattern.pattern.converters
        if not set(converters) <= set(known):
            continue
        path = str(pattern.pattern)
        for name, converter in converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower()
            path = path.replace(f"<{kind}:{name}>", str(known[name]))
        answer = client.get(f"/{path}")
        begins = b"" if answer.streaming else answer.content.lstrip()[:15].lower()
        if answer.status_code == 200 and begins == b"<!doctype html>":
            found.append(f"/{path}")
    return found
