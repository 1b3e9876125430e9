"""How quick are the lists of documents in a large archive?

    python -m tests.benchmarks.lists [--documents N] [--times N]

Plants documents of ten pages each, without text, in three teams: one percent is in work or has
failed, half is approved. Then each page of the lists is asked for, as three people see it: a member
of one team, a member of two, the administrator. Printed: the number of queries, p50 and p95 in ms
of the server's time for one request. `OCRSITE_TEST_DATABASE=postgresql` in the environment takes a
PostgreSQL instead of SQLite; nothing is kept.
"""

from __future__ import annotations

import argparse
import datetime
import random
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from documents.models import (  # noqa: E402
    Document,
    Page,
    PageStatus,
    ReviewStatus,
    Status,
    Tag,
    Team,
    User,
)
from tests.benchmarks.product import print_load  # noqa: E402

BATCH, PAGES_A_DOCUMENT = 2_000, 10
PEOPLE = ("member of one team", "member of two", "administrator")


def plant(count: int) -> None:
    there = Document.objects.count()
    if there >= count:
        return
    begun = time.monotonic()
    chance = random.Random(7)
    teams = [Team.objects.get_or_create(name=f"Team {n}")[0] for n in range(3)]
    users = [User.objects.get_or_create(username=f"person {n}")[0] for n in range(2)]
    User.objects.get_or_create(username="root", defaults={"is_superuser": True, "is_staff": True})
    for user, own in zip(users, (teams[:1], teams[:2]), strict=True):
        for team in own:
            team.memberships.get_or_create(user=user, defaults={"role": "reviewer"})
    tags = {team.id: [Tag.objects.get_or_create(team=team, name=f"tag {n}")[0]
                      for n in range(50)] for team in teams}  # fmt: skip
    now = timezone.now()
    while there < count:
        with transaction.atomic():
            size = min(BATCH, count - there)
            made = [make(chance, teams, users, now, there + n) for n in range(size)]
            Document.objects.bulk_create(made)
            Document.tags.through.objects.bulk_create(
                Document.tags.through(document=each, tag=chance.choice(tags[each.team_id]))
                for each in made
            )
            Page.objects.bulk_create(
                (
                    Page(document=each, number=number, status=PageStatus.DONE)
                    for each in made
                    for number in range(1, PAGES_A_DOCUMENT + 1)
                ),
                batch_size=2_000,
            )
            there += size
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"planted in {time.monotonic() - begun:.0f} s")


def make(
    chance: random.Random, teams: list[Team], users: list[User], now: datetime.datetime, n: int
) -> Document:
    unsettled = chance.random() < 0.01
    status = chance.choice((Status.PROCESSING, Status.FAILED)) if unsettled else Status.READY
    # The first team has a tenth: what is rare is what indexes are slow at.
    team = teams[0] if chance.random() < 0.1 else chance.choice(teams[1:])
    approved = not unsettled and chance.random() < 0.5
    return Document(
        team=team,
        created_by=chance.choice(users),
        title=f"Letter {chance.randrange(10**6)} of {n}",
        filename=f"scan{n}.pdf",
        sha256=uuid.UUID(int=chance.getrandbits(128)).hex * 2,
        size=100_000,
        mime_type="application/pdf",
        language=chance.choice(("ru", "en")),
        status=status,
        review_status=ReviewStatus.APPROVED if approved else ReviewStatus.UNREVIEWED,
        page_count=PAGES_A_DOCUMENT,
        pages_done=PAGES_A_DOCUMENT,
        confidence=chance.random(),
        flags=["disputed"] if chance.random() < 0.2 else [],
        results_version=1,
        content_version=1,
        manifest_version=1,
        task="",
        created_at=now - datetime.timedelta(minutes=chance.randrange(1_000_000)),
    )


def pages_of(user: User) -> dict[str, Callable[[Client], Any]]:
    tag = Tag.objects.filter(name="tag 7").first()
    assert tag is not None
    return {
        "inbox": lambda client: client.get("/"),
        "all documents": lambda client: client.get("/documents/"),
        "page 20 of them": lambda client: client.get(deep(client)),
        "by title": lambda client: client.get("/documents/?ordering=title"),
        "with a flag": lambda client: client.get("/documents/?flag=disputed"),
        "with a tag": lambda client: client.get("/documents/?tag=tag+7"),
        "failed ones": lambda client: client.get("/documents/?status=failed"),
        "last 30 days": lambda client: client.get(
            f"/documents/?from={timezone.localdate() - datetime.timedelta(days=29)}"
        ),
        "of one person": lambda client: client.get("/documents/?owner=person+1"),
        "ids of all": lambda client: client.get("/documents/ids/"),
        "tray": lambda client: client.get("/uploads/"),
        "API: documents": lambda client: client.get("/api/v1/documents/"),
    }


_deep: dict[Any, str] = {}


def deep(client: Client) -> str:
    """The address of the twentieth part of the list."""
    key = client.session.session_key
    if key not in _deep:
        url = "/documents/"
        for _ in range(19):
            page = client.get(url, headers={"HX-Request": "true"}).content.decode()
            if 'hx-get="' not in page:
                break
            url = page.partition('hx-get="')[2].partition('"')[0].replace("&amp;", "&")
        _deep[key] = url
    return _deep[key]


def measure(times: int) -> None:
    people = (
        User.objects.get(username="person 0"),
        User.objects.get(username="person 1"),
        User.objects.get(username="root"),
    )
    print(f"{'page':18}" + "".join(f"{name:>28}" for name in PEOPLE))
    clients = []
    for user in people:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        clients.append(client)
    for name in pages_of(people[0]):
        cells = []
        for user, client in zip(people, clients, strict=True):
            ask = pages_of(user)[name]
            ask(client)  # the way to the twentieth part is no part of its cost
            with CaptureQueriesContext(connection) as queries:
                assert ask(client).status_code == 200, name
            count = len(queries)  # each request empties the log
            took = []
            for _ in range(times):
                begun = time.perf_counter()
                ask(client)
                took.append(1000 * (time.perf_counter() - begun))
            p95 = statistics.quantiles(took, n=20)[-1]
            cells.append(f"{count:3d} q {statistics.median(took):6.0f} {p95:6.0f} ms")
        print(f"{name:18}" + "".join(f"{cell:>28}" for cell in cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=30)
    given = parser.parse_args()
    print_load()
    call_command("migrate", verbosity=0)
    plant(given.documents)
    print(
        f"{Document.objects.count()} documents, {Page.objects.count()} pages; {connection.vendor}"
    )
    measure(given.times)
    print_load()
    PREPARED.clean_up()


if __name__ == "__main__":
    main()
