"""A hundred scripts in everything that people and files may name or say: none runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page

from documents.models import Document, Role, SavedSearch, Tag, Team, User
from documents.search.index.follower import Follower
from documents.text.page_layout import Block, Dispute, PageLayout
from tests.browser.conftest import draw_pages
from tests.browser.whole_pages import addresses
from tests.browser.xss_payloads import PAYLOADS
from tests.factories import make_document, make_layout, make_mailbox, make_team, make_user

#: Notes every call of a payload, and whatever the policy had to stop: then markup came through.
WATCH = """
window.seen = [];
window.fired = (number) => window.seen.push("payload " + number);
document.addEventListener("securitypolicyviolation", (event) => window.seen.push(
    "policy: " + event.violatedDirective + " " + event.blockedURI + " " + event.sample));
"""


def layout_of(payloads: tuple[str, ...]) -> PageLayout:
    """A page whose blocks have a payload as text, Markdown, table, and as what is disputed."""
    layout = make_layout("\n\n".join(f"needle {number}" for number in range(len(payloads))))
    blocks = tuple(
        _poisoned(block, payload) for block, payload in zip(layout.blocks, payloads, strict=True)
    )
    return replace(layout, blocks=blocks, flags=("disputed",))


def _poisoned(block: Block, payload: str) -> Block:
    [line] = block.lines
    words = tuple(replace(word, text=payload) for word in line.words)
    return replace(
        block,
        label="table" if len(payload) % 2 else "text",
        text=f"needle {payload}",
        markdown=f"needle {payload}",
        html=f"<table><tr><td>{payload}</td></tr></table>",
        lines=(replace(line, text=f"needle {payload}", words=words),),
        disputes=(Dispute(line.words[0].bbox, payload, payload),),
    )


@pytest.fixture
def document(team: Team, reviewer: User) -> Document:
    """The archive is full of payloads; this document has them all in its pages."""
    User.objects.filter(pk=reviewer.pk).update(is_superuser=True)
    team.memberships.update(role=Role.MANAGER)
    tags = [Tag.objects.create(team=team, name=f"{payload}"[:100]) for payload in PAYLOADS]
    for number, payload in enumerate(PAYLOADS):
        if number < 60:  # a page of the list
            made = make_document(
                team, pages=["needle"], filename=f"{payload[:200]}.pdf", title=payload
            )
            made.tags.add(tags[number], tags[-number - 1])
        SavedSearch.objects.create(owner=reviewer, team=team, name=payload[:100], text=payload)
        make_team(payload[:190])
        make_user(f"user-{number}{payload}"[:150], team=team, first_name=payload[:150])
    document = make_document(
        team,
        pages=[layout_of(PAYLOADS[:52]), layout_of(PAYLOADS[52:]), None],
        failed=[3],
        title="".join(PAYLOADS[:6]),
        filename=PAYLOADS[20],
        error_code="damaged-page",
        error_detail=PAYLOADS[0],
        created_by=User.objects.exclude(pk=reviewer.pk).first(),
    )
    make_mailbox(team, PAYLOADS[0], refused=PAYLOADS[:40])
    document.tags.set(tags)
    document.pages.filter(number=3).update(error_detail=PAYLOADS[0])
    draw_pages(document)
    return document


@pytest.mark.long
@pytest.mark.timeout(400)
def test_no_payload_runs_and_none_has_to_be_stopped_by_the_policy(
    document: Document,
    team: Team,
    reviewer: User,
    open_browser: Callable[..., BrowserContext],
    search_directory: object,
) -> None:
    follower = Follower(search_directory)  # type: ignore[arg-type]
    while follower.step() or follower.is_behind:
        pass
    client = Client()
    client.force_login(reviewer, backend="django.contrib.auth.backends.ModelBackend")
    context = open_browser()
    context.add_init_script(WATCH)
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.accept())
    here = reverse("admin:documents_document_change", args=[document.id])
    searching = reverse("web:search")
    tag = Tag.objects.earliest("id")
    found: dict[str, list[str]] = {}
    for path in (
        here,
        reverse("web:document", args=[document.id]),
        f"{reverse('web:document', args=[document.id])}?page=2&hit=needle",
        reverse("admin:documents_document_changelist"),
        f"{reverse('admin:documents_document_changelist')}?q={quote(PAYLOADS[12])}",
        searching,
        f"{searching}?q=needle",
        *(f"{searching}?q={quote(payload)}" for payload in PAYLOADS[::8]),
        reverse("web:inbox"),
        reverse("web:documents"),
        f"{reverse('web:documents')}?layout=grid",
        f"{reverse('web:documents')}?layout=split",
        reverse("admin:documents_tag_changelist"),
        reverse("admin:documents_tag_change", args=[tag.id]),
        reverse("admin:documents_tag_delete", args=[tag.id]),
        reverse("admin:documents_team_changelist"),
        reverse("admin:documents_team_change", args=[team.id]),
        reverse("admin:documents_team_members", args=[team.id]),
        reverse("admin:documents_user_changelist"),
        reverse("admin:index"),
        *addresses(client, document, team),
        f"/documents/{document.id}/?page=2&hit={quote('needle ' + PAYLOADS[3])}",
        f"/?q={quote(PAYLOADS[12])}&tag={quote(PAYLOADS[3])}",
        f"/{quote(PAYLOADS[0])}?{quote(PAYLOADS[20])}",
    ):
        seen = visit(page, path)
        if seen:
            found[path] = seen

    assert found == {}


def visit(page: Page, path: str) -> list[str]:
    """What ran or was stopped on the page, after everything on it was focused and opened."""
    page.goto(path, wait_until="networkidle")
    if page.locator(".doc").count():
        page.locator("section.block, .empty-page").first.wait_for()
    page.evaluate(
        """() => {
            for (const closed of document.querySelectorAll("details")) closed.open = true;
            for (const element of document.querySelectorAll("body *")) element.focus?.();
        }"""
    )
    page.wait_for_timeout(50)
    return list(page.evaluate("window.seen"))


@pytest.mark.long
def test_the_payloads_run_where_nothing_is_done_against_them(chromium: Browser) -> None:
    """Else the test above would show nothing."""
    context = chromium.new_context()
    context.add_init_script(WATCH)
    page = context.new_page()
    ran = 0
    for payload in PAYLOADS[:40]:
        page.goto("about:blank")
        page.evaluate("(html) => document.write(html)", payload)
        page.wait_for_timeout(20)
        ran += bool(page.evaluate("window.seen?.length ?? 0"))
    context.close()

    assert ran >= 15
