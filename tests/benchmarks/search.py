"""Search at scale: how long nine kinds of questions take, over HTTP and in the index, and what an
index costs.

A synthetic archive of `--pages` pages (ten a document; text only, no boxes, no images) with the
word frequencies of language (zipf.py) is put into a data directory, then the product is started on
it as `serve` starts it and builds its index by itself. `--data` keeps the directory for another
run; `OCRSITE_TEST_DATABASE=postgresql` in the environment takes a PostgreSQL of its own instead of
SQLite. Each question is asked once with each of its words; nothing is asked twice, and nothing is
cached by the site.
"""

from __future__ import annotations

import argparse
import datetime
import random
import shutil
import statistics
import sys
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.product import Product, print_load, print_row
from tests.benchmarks.zipf import Pages
from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, connections, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from documents.actions.bootstrap import ensure_first_team_and_admin  # noqa: E402
from documents.models import (  # noqa: E402
    FIRST_TEAM_ID,
    Document,
    Page,
    PageStatus,
    Reading,
    SearchChange,
    Status,
    Tag,
    Task,
)
from documents.models.fields import pack  # noqa: E402
from documents.search.index.index_files import read_current  # noqa: E402
from documents.search.index.index_reader import IndexReader  # noqa: E402
from documents.search.index.index_state import IndexState  # noqa: E402
from documents.search.query.access_filter import Scope  # noqa: E402
from documents.search.query.compiler import compile_query  # noqa: E402
from documents.search.query.parser import parse_query  # noqa: E402
from documents.search.query.spelling import find_near_words  # noqa: E402
from documents.search.query.tantivy_queries import prefer_approved  # noqa: E402
from documents.text.page_layout import Block, PageLayout  # noqa: E402
from tests.ocrsite.running_site import ADMIN_PASSWORD, running  # noqa: E402
from tests.ocrsite.site_databases import database_of  # noqa: E402

PAGES_A_DOCUMENT, BATCH = 10, 200


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--times", type=int, default=60, help="questions of each kind")
    parser.add_argument("--seed", type=int, default=3, help="other questions")
    parser.add_argument("--data", type=Path, help="kept, and used again where it is filled")
    asked = parser.parse_args()
    print(f"python {sys.version.split()[0]}, {asked.pages} pages")
    print_load()
    base = asked.data or Path(tempfile.mkdtemp(prefix="ocrsite-search-"))
    try:
        measure(base / "data", asked.pages, asked.times, asked.seed)
    finally:
        if asked.data is None:
            shutil.rmtree(base, ignore_errors=True)
        PREPARED.clean_up()


def measure(data_dir: Path, pages: int, times: int, seed: int) -> None:
    data_dir.mkdir(parents=True, exist_ok=True)
    use_database(data_dir)
    fill(pages)
    cost_of_a_change()
    questions = Questions(times, seed)
    connections.close_all()
    with running(data_dir, OCRSITE_WORKERS="1", OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD) as site:
        site.wait_for_bootstrap(600)
        built = wait_until_built(data_dir / "search")
        size = sum(f.stat().st_size for f in (data_dir / "search").rglob("*") if f.is_file())
        print(f"\nindex: {size / pages:.0f} bytes a page, {size / 2**20:.0f} MB", end="; ")
        print(f"built in {built:.0f} s ({1000 * built / pages:.2f} ms a page)")
        product = Product(site)
        product.log_in()
        rest_until_merged(data_dir / "search")
        print_load()
        over_http(product, questions)
        in_the_index(data_dir / "search", questions)
        site.stop(within=20)


def use_database(data_dir: Path) -> None:
    """The one that a site with this data directory has."""
    connections.close_all()
    name: str | Path = data_dir / "db.sqlite3"
    if url := database_of(data_dir).get("DATABASE_URL"):
        name = urlsplit(url).path.removeprefix("/")
    settings.DATABASES["default"]["NAME"] = connections["default"].settings_dict["NAME"] = name
    call_command("migrate", interactive=False, verbosity=0)
    ensure_first_team_and_admin(ADMIN_PASSWORD)


def fill(pages: int) -> None:
    """Documents until there are so many pages; what is there already stays."""
    there = Page.objects.count()
    if there >= pages:
        return
    begun = time.monotonic()
    made = Pages(seed=1 + there)
    chance = random.Random(2 + there)
    tags = [Tag.objects.get_or_create(team_id=FIRST_TEAM_ID, name=f"tag {n}")[0] for n in range(20)]
    sqlite = connection.vendor == "sqlite"
    if sqlite:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
    while there < pages:
        with transaction.atomic():
            documents = [
                make_document(made, chance) for _ in range(min(BATCH, (pages - there) // 10 + 1))
            ]
            Document.objects.bulk_create(documents)
            Document.tags.through.objects.bulk_create(
                Document.tags.through(document=each, tag=chance.choice(tags)) for each in documents
            )
            rows = [
                Page(document=each, number=number, status=PageStatus.DONE)
                for each in documents
                for number in range(1, PAGES_A_DOCUMENT + 1)
            ]
            Page.objects.bulk_create(rows, batch_size=1000)
            readings = Reading.objects.bulk_create(
                [reading_of(page, made.page()) for page in rows], batch_size=1000
            )
            for page, reading in zip(rows, readings, strict=True):
                page.current_reading = reading
            Page.objects.bulk_update(rows, ["current_reading"], batch_size=500)
            there += len(rows)
    if sqlite:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    print(f"filled in {time.monotonic() - begun:.0f} s")


def make_document(made: Pages, chance: random.Random) -> Document:
    now = timezone.now()
    return Document(
        id=uuid.UUID(int=chance.getrandbits(128), version=4),
        team_id=FIRST_TEAM_ID,
        title=" ".join(made.page().split()[2:6]),
        filename="scan.pdf",
        sha256=f"{chance.getrandbits(256):064x}",
        size=1,
        mime_type=chance.choice(["application/pdf", "image/tiff"]),
        language="ru",
        status=Status.READY,
        task=Task.NONE,
        page_count=PAGES_A_DOCUMENT,
        pages_done=PAGES_A_DOCUMENT,
        engine="tesseract",
        results_version=1,
        content_version=0,
        manifest_version=1,
        finished_at=now,
        created_at=now - datetime.timedelta(days=chance.randrange(2000)),
    )


def reading_of(page: Page, text: str) -> Reading:
    layout = PageLayout(
        width=1240,
        height=1754,
        dpi=150.0,
        blocks=(Block("b0", "text", (0, 0, 1240, 1754), 0, text),),
    )
    packed = pack(layout.to_dict())
    return Reading(
        page=page, run=1, engine="tesseract", width=1240, height=1754, dpi=150.0,
        confidence=0.9, layout=packed, digest=packed.digest,
    )  # fmt: skip


def cost_of_a_change() -> None:
    """What the change row adds to a transaction that records a page."""
    taken = []
    for _ in range(200):
        with transaction.atomic():
            begun = time.perf_counter()
            row = SearchChange.objects.create(document_id=uuid.uuid4())
            taken.append(time.perf_counter() - begun)
            row.delete()
            transaction.set_rollback(True)
    print(f"\na change row costs the recording of a page {statistics.median(taken) * 1e3:.2f} ms")


def some_pages(most: int = 3000) -> list[str]:
    """What the archive's first pages say."""
    layouts: Any = Reading.objects.order_by("id").values_list("layout", flat=True)[:most]
    return [PageLayout.from_dict(layout).text for layout in layouts]


class Questions:
    """Of nine kinds, made of the words of the archive's own pages by how many pages have them."""

    def __init__(self, times: int, seed: int) -> None:
        chance = random.Random(seed)
        pages = some_pages()
        counts = Counter(
            word for page in pages for word in dict.fromkeys(page.split()) if len(word) > 3
        )
        self.times = times
        share = {word: count / len(pages) for word, count in counts.items()}
        rare = [word for word, count in counts.items() if count == 1 and len(word) > 7]
        common = sorted(share, key=lambda word: abs(share[word] - 0.2))[:times]
        middle = [word for word, s in share.items() if 0.01 < s < 0.1]
        self.kinds: dict[str, list[dict[str, Any]]] = {
            "rare word": [{"q": w} for w in chance.sample(rare, times)],
            "word on 20% of the pages": [{"q": w} for w in common],
            "two words": [{"q": " ".join(chance.sample(middle, 2))} for _ in range(times)],
            "phrase": [{"q": f'"{self._pair(chance, pages)}"'} for _ in range(times)],
            "prefix": [{"q": chance.choice(middle)[:4] + "*"} for _ in range(times)],
            "filtered": [
                {"q": chance.choice(common), "tag": f"tag {n % 20}", "mime_type": "application/pdf",
                 "created_after": "2023-01-01T00:00:00Z"}
                for n in range(times)
            ],
            "facets": [
                {"q": chance.choice(common), "facets": ["team", "tag", "type", "year", "status"]}
                for _ in range(times)
            ],
            "fuzzy": [{"q": self._misread(chance, chance.choice(rare))} for _ in range(times)],
            "page 50": [{"q": w, "offset": 980} for w in common],
        }  # fmt: skip

    def _pair(self, chance: random.Random, pages: list[str]) -> str:
        words = chance.choice(pages).split()[2:]
        at = chance.randrange(len(words) - 1)
        return " ".join(words[at : at + 2])

    def _misread(self, chance: random.Random, word: str) -> str:
        at = chance.randrange(1, len(word) - 1)
        letter = chance.choice("щжфюw" if word[0] > "z" else "qxkwz")
        return word[:at] + letter + word[at + 1 :]


def over_http(product: Product, questions: Questions) -> None:
    print("\n| over HTTP | p50, ms | p95, ms | found, median |\n|---|---|---|---|")
    session = product._session
    for kind, asked in questions.kinds.items():
        taken, found = [], []
        for question in asked:
            begun = time.perf_counter()
            answer = session.get(product.site.url("/api/v1/search/"), params=question, timeout=60)
            taken.append(time.perf_counter() - begun)
            answer.raise_for_status()
            found.append(answer.json()["count"])
        row(kind, taken, found)


def in_the_index(root: Path, questions: Questions) -> None:
    print("\n| in the index | p50, ms | p95, ms | found, median |\n|---|---|---|---|")
    reader, scope = IndexReader(root), Scope(None, {})
    for kind, asked in questions.kinds.items():
        taken, found = [], []
        for question in asked:
            begun = time.perf_counter()
            snapshot = reader.open_snapshot()
            made = compile_query(parse_query(question["q"]), scope.names)
            if kind == "fuzzy":
                words = find_near_words(snapshot, scope, made.words)
                made = compile_query(parse_query(question["q"]), scope.names, words.words)
            limit = question.get("offset", 0) + 20
            _, count = snapshot.search(prefer_approved(made.query), limit)
            if "facets" in question:
                snapshot.aggregate(
                    made.query,
                    {n: {"terms": {"field": n, "size": 20}} for n in question["facets"]},
                )
            taken.append(time.perf_counter() - begun)
            found.append(count)
        row(kind, taken, found)


def row(kind: str, taken: list[float], found: list[int]) -> None:
    ordered = sorted(taken)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print_row(
        kind, f"{statistics.median(taken) * 1e3:.1f}", f"{p95 * 1e3:.1f}",
        round(statistics.median(found)),
    )  # fmt: skip


def wait_until_built(root: Path) -> float:
    begun = time.monotonic()
    while True:
        path = read_current(root)
        state = IndexState.read(path) if path else None
        if state and state.complete:
            return time.monotonic() - begun
        time.sleep(0.2)


def rest_until_merged(root: Path) -> None:
    """Segments are merged in the background for a while after a build."""
    before: set[str] = set()
    while (now := {f.name for f in root.rglob("*.store")}) != before:
        before = now
        time.sleep(5)


if __name__ == "__main__":
    main()
