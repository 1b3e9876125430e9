"""An archive with one of everything, and everybody who may knock at its doors."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client

from documents.actions.begin_change import begin_change
from documents.actions.invite_member import invite_member
from documents.exports.page_images import store_page_image, store_thumbnail
from documents.files.figures import name_of
from documents.files.keys import original_key, result_key
from documents.files.storage import archive
from documents.models import (
    ApiToken,
    Arrangement,
    Batch,
    ChangeJob,
    Document,
    Fetch,
    Membership,
    Role,
    SavedSearch,
    SavedSearchVisit,
    Source,
    SourceItem,
    Tag,
    Team,
    UploadSession,
    User,
    Webhook,
    WebhookMessage,
)
from documents.replication.store_figures import store_figures
from documents.sign_in.tokens import create_token
from documents.text.arranged import ArrangedPage, ArrangedPart
from tests.factories import (
    FIGURE,
    layout_with_figure,
    make_document,
    make_layout,
    make_mailbox,
    make_reading,
    make_team,
)

#: In this order in every row of the matrix.
IDENTITIES = (
    "anonymous", "outsider", "reader", "reviewer", "manager", "superuser", "deactivated", "revoked",
)  # fmt: skip

FIGURE_NAME = name_of(1, FIGURE)

#: How statements begin that change nothing.
_READING = ("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")


def make_person(name: str, team: Team | None = None, role: str = "", **fields: bool) -> User:
    user = User(username=name, is_staff=True, **fields)
    user.set_password("a long enough secret")
    user.save()
    if team is not None:
        team.memberships.create(user=user, role=role)
    return user


@dataclass
class World:
    """`people`: by identity. `keys`: of their tokens. `places`: what stands for a parameter of an
    address; `objects`: what stands for `object_id` below a model's name."""

    team: Team
    document: Document
    people: dict[str, User | None]
    keys: dict[str, str]
    places: dict[str, str]
    objects: dict[str, str]

    def browser(self, identity: str) -> Client:
        """In which that person has logged in. Deactivated: while they still could."""
        client = Client(headers={"accept-language": "en"})
        user = self.people[identity]
        if identity == "revoked":
            client = Client(headers={"authorization": f"Token {self.keys[identity]}"})
        elif user is not None:
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    def program(self, identity: str) -> Client:
        """That sends the person's token."""
        if identity == "anonymous":
            return Client()
        return Client(headers={"authorization": f"Token {self.keys[identity]}"})


def make_world() -> World:
    team, other = make_team("Accounts"), make_team("Others")
    people: dict[str, User | None] = {
        "anonymous": None,
        "outsider": make_person("outsider", other, Role.MANAGER),
        "reader": make_person("reader", team, Role.READER),
        "reviewer": make_person("reviewer", team, Role.REVIEWER),
        "manager": make_person("manager", team, Role.MANAGER),
        "superuser": make_person("superuser", is_superuser=True),
        "deactivated": make_person("deactivated", team, Role.MANAGER),
        "revoked": make_person("revoked", team, Role.MANAGER),
    }
    keys = {}
    for identity, user in people.items():
        if user is not None:
            token, keys[identity] = create_token(user)
            if identity == "revoked":
                token.delete()
    manager = people["manager"]
    assert manager is not None
    create_token(manager, name="spare")
    document = _make_document(team)
    _give_older_edition(document)
    document.refresh_from_db()
    invited = invite_member(team.id, "invited", Role.READER, actor=manager)
    webhook = Webhook.objects.create(team=team, owner=manager, url="https://example.com/")
    session = UploadSession.objects.create(user=manager, team=team, length=10)
    fetch = Fetch.objects.create(user=manager, team=team, url="https://example.com/a.pdf")
    turned = ArrangedPart((ArrangedPage(document.id, 1, 90),))
    arrangement = Arrangement.objects.create(
        user=manager, team=team, document=document, plan=[turned.to_json()]
    )
    change = begin_change([document.id], {"action": "trash"}, actor=manager)
    batch = Batch.objects.create(user=manager, team=team, source="in/", target="out/")
    source = make_mailbox(team, refused=["Large"])
    search = SavedSearch.objects.create(owner=manager, team=team, name="s", text="a")
    content_type = ContentType.objects.get_for_model(Document)
    tag = document.tags.get()
    return World(
        team=team,
        document=document,
        people=people,
        keys=keys,
        places={
            "document_id": str(document.id),
            "team_id": str(team.id),
            "membership_id": str(invited.pk),
            "search_id": str(search.id),
            "webhook_id": str(webhook.id),
            "source_id": str(source.id),
            "kind": "mailbox",
            "upload_id": str(session.id),
            "fetch_id": str(fetch.id),
            "arrangement_id": str(arrangement.id),
            "change_id": str(change.id),
            "doubt_id": "0123456789abcdef",
            "tag_id": str(tag.id),
            "username": "invited",
            "batch_id": str(batch.id),
            "token_id": str(ApiToken.objects.get(name="spare").public_id),
            "user_id": str(invited.user_id),
            "id": str(invited.user_id),
            "number": "1",
            "name": FIGURE_NAME,
            "verb": "approve",
            "content_type_id": str(content_type.pk),
            "app_label": "documents",
            "url": "nowhere/",
        },
        objects={
            "document": str(document.id),
            "tag": str(tag.id),
            "team": str(team.id),
            "user": str(invited.user_id),
            "r": str(document.id),
        },
    )


def _give_older_edition(document: Document) -> None:
    older = make_document(document.team, pages=["older"], replaced_by=document.id)
    Document.objects.filter(id=document.id).update(
        edition=2, edition_of=older.id, replaces=older.id
    )


def _make_document(team: Team) -> Document:
    """Read, with everything that is made of a document."""
    document = make_document(team, pages=[make_layout("some text")], tags=["tag"], team_id=team.id)
    page = document.pages.get()
    layout = layout_with_figure()
    figures = store_figures(document.id, 1, layout, {FIGURE_NAME: FIGURE})
    make_reading(page, layout, run=2, figures=figures)
    archive().write(original_key(document.id, document.filename), b"%PDF-1.4 x")
    for kind in ("json", "md", "txt"):
        archive().write(result_key(document.id, kind), b"{}")
    store_page_image(document.id, 1, 0, FIGURE)
    store_thumbnail(document.id, FIGURE)
    return document


def deactivate(world: World) -> None:
    """After they have logged in."""
    User.objects.filter(username="deactivated").update(is_active=False)


def read_state() -> list[list[tuple[object, ...]]]:
    """Everything that a person could have changed."""
    return [
        list(Document.objects.order_by("id").values_list("id", "version", "team")),
        list(Tag.objects.order_by("id").values_list("id", "name")),
        list(Team.objects.order_by("id").values_list("id", "name", "trash_days", "audit_days")),
        list(Membership.objects.order_by("id").values_list("id", "role", "team", "user")),
        list(Webhook.objects.order_by("id").values_list("id", "url", "secrets", "disabled_at")),
        [tuple(row.items()) for row in Source.objects.order_by("id").values()],
        list(SourceItem.objects.order_by("id").values_list("id", "status")),
        list(WebhookMessage.objects.order_by("id").values_list("id", "tries")),
        list(Batch.objects.order_by("id").values_list("id", "status")),
        list(ChangeJob.objects.order_by("id").values_list("id", "status")),
        list(UploadSession.objects.order_by("id").values_list("id", "offset")),
        list(SavedSearch.objects.order_by("id").values_list("id", "name")),
        list(SavedSearchVisit.objects.order_by("id").values_list("search", "user", "seen_at")),
        list(ApiToken.objects.order_by("digest").values_list("digest", "revoked_at")),
        list(User.objects.order_by("id").values_list(
            "id", "username", "password", "log_in_key", "is_active", "is_superuser")),
    ]  # fmt: skip


def send_and_undo(
    client: Client, method: str, path: str, **options: Any
) -> tuple[HttpResponseBase, bool]:
    """The answer to a request, and whether it changed anything; its changes are taken back."""
    with transaction.atomic():
        with noting_writes() as writes:
            answer = send(client, method, path, **options)
        after = read_state() if writes else None
        transaction.set_rollback(True)
    return answer, after is not None and after != read_state()


@contextlib.contextmanager
def noting_writes() -> Iterator[list[str]]:
    """Every statement that may have changed something: most requests have none, and what is there
    need not be compared."""
    writes: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if not sql.lstrip(" (\n").upper().startswith(_READING):
            writes.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        yield writes


def send(client: Client, method: str, path: str, **options: Any) -> HttpResponseBase:
    """The answer, read to its end; the client keeps its cookies. Bytes are sent as they are."""
    client.raise_request_exception = False
    cookies = copy.deepcopy(client.cookies)
    answer: Any
    if isinstance(options.get("data"), bytes):
        answer = client.generic(method, path, **options)
    else:
        answer = getattr(client, method.lower())(path, **options)
    if answer.streaming:
        b"".join(answer.streaming_content)
    client.cookies = cookies
    assert isinstance(answer, HttpResponseBase)
    return answer
