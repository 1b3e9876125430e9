"""How well four searches find what is meant: this one, FTS5, PostgreSQL's `russian`, and Tantivy
with its own Russian stemmer.

The pages are the true texts of `../shared/samples`, in pieces of 120 words. The questions
(relevance.json) were made by rule from words of those texts: inflections by the paradigm of each
noun and adjective, confusions of letters that OCR makes, twins of the other alphabet; phrases,
numbers and exclusions were picked by hand. What is relevant is told by regular expressions over
whole words ("all", "none", "phrase"; "~" for a piece of a word) and by none of the searches.
"plant" misprints a word in the first piece that has it.

Recall at 10: of the relevant pages (of ten, where there are more) those among the first ten.
Precision at 10: of the first ten that were answered, those that are relevant.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.product import print_row
from tests.environment import prepare

PREPARED = prepare()

import django  # noqa: E402

django.setup()

import psycopg  # noqa: E402
import tantivy  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from documents.models import Page, User  # noqa: E402
from documents.search.index.follower import Follower  # noqa: E402
from documents.search.query.find import find  # noqa: E402
from documents.search.query.results import FoundPage, SearchRequest  # noqa: E402
from tests.factories import make_document, make_team, make_user  # noqa: E402
from tests.postgres import Postgres, PostgresUnavailable  # noqa: E402

HERE = Path(__file__).parent
SAMPLES = HERE.parents[2] / "shared" / "samples" / "gt"
WORDS_A_PAGE, AT = 120, 10

Search = Callable[[str], list[int]]


@dataclass(frozen=True)
class Question:
    kind: str
    q: str
    relevant: frozenset[int]


def main() -> None:
    told = json.loads((HERE / "relevance.json").read_text("utf-8"))
    pages = corpus()
    for question in told:
        if plant := question.get("plant"):
            misprint(pages, plant["word"], plant["as"], before=question)
    questions = [
        Question(each["kind"], each["q"], each["relevant"])
        for each in ({**each, "relevant": relevant(each, pages)} for each in told)
    ]
    base = Path(tempfile.mkdtemp(prefix="ocrsite-relevance-"))
    server: Postgres | None = None
    try:
        searches: dict[str, Search] = {
            "this search": ours(pages, base),
            "FTS5": fts5(pages),
            "Tantivy, Russian stemmer": plain_tantivy(pages, base / "plain"),
        }
        try:
            server = Postgres.start()
            searches["PostgreSQL, russian"] = postgresql(pages, server.url)
        except PostgresUnavailable as error:
            print(f"PostgreSQL is left out: {error}")
        show(questions, pages, searches)
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(base, ignore_errors=True)
        PREPARED.clean_up()


def corpus() -> list[str]:
    pages = []
    for path in sorted(SAMPLES.glob("*.txt")):
        words = path.read_text("utf-8").split()
        for at in range(0, max(len(words), 1), WORDS_A_PAGE):
            pages.append(" ".join(words[at : at + WORDS_A_PAGE]))
    return pages


def misprint(pages: list[str], word: str, printed: str, before: dict[str, Any]) -> None:
    """In the first piece; it stays relevant."""
    pattern = re.compile(rf"(?<!\w){word}(?!\w)", re.IGNORECASE)
    at = next(n for n, page in enumerate(pages) if pattern.search(page))
    before["planted"] = at
    pages[at] = pattern.sub(printed, pages[at])


def relevant(told: dict[str, Any], pages: Sequence[str]) -> frozenset[int]:
    found = {told["planted"]} if "planted" in told else set()
    for number, page in enumerate(pages):
        lower = page.lower().replace("ё", "е")
        words = set(re.findall(r"[^\W_]+", lower))

        def has(pattern: str, among: set[str] = words) -> bool:
            return any(re.fullmatch(pattern, word) for word in among)

        if phrase := told.get("phrase"):
            piece = phrase.removeprefix("~").lower()
            edge = "" if phrase.startswith("~") else r"\b"
            good = re.search(f"{edge}{re.escape(piece)}{edge}", lower) is not None
        else:
            good = all(has(pattern) for pattern in told["all"])
        if good and not any(has(pattern) for pattern in told.get("none", ())):
            found.add(number)
    return frozenset(found)


def ours(pages: Sequence[str], base: Path) -> Search:
    call_command("migrate", interactive=False, verbosity=0)
    settings.OCRSITE_SEARCH_DIR = base / "search"
    team = make_team()
    user: User = make_user(team=team)
    numbers: dict[tuple[Any, int], int] = {}
    for number, page in enumerate(pages):
        # Each a document of its own, of a title that no question finds.
        document = make_document(team, title="—", filename="—", pages=[page])
        numbers[document.id, 1] = number
    assert Page.objects.count() == len(pages)
    follower = Follower(base / "search")
    while follower.step() or follower.is_behind:
        pass

    def search(q: str) -> list[int]:
        found = find(user, SearchRequest(q, limit=AT))
        return [
            numbers[page.document.id, page.number]
            for page in found.results
            if isinstance(page, FoundPage)
        ]

    return search


def parts(q: str) -> list[tuple[bool, str]]:
    """`(excluded, word or quoted phrase or prefix*)`, for searches with a syntax of their own."""
    found = re.findall(r'(-?)("[^"]+"|\S+)', q)
    return [(bool(minus), text) for minus, text in found]


def fts5(pages: Sequence[str]) -> Search:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE pages USING fts5(text, tokenize='unicode61')")
    database.executemany(
        "INSERT INTO pages(rowid, text) VALUES (?, ?)",
        [(n, page.replace("ё", "е")) for n, page in enumerate(pages)],
    )

    def search(q: str) -> list[int]:
        wanted: list[str] = []
        unwanted: list[str] = []
        for excluded, text in parts(q):
            star = "*" if text.endswith("*") else ""
            quoted = f'"{text.strip(chr(34)).rstrip("*")}"{star}'
            (unwanted if excluded else wanted).append(quoted)
        query = " AND ".join(wanted) + "".join(f" NOT {each}" for each in unwanted)
        rows = database.execute(
            f"SELECT rowid FROM pages WHERE pages MATCH ? ORDER BY rank LIMIT {AT}", (query,)
        )
        return [int(row[0]) for row in rows]

    return search


def postgresql(pages: Sequence[str], url: str) -> Search:
    database = psycopg.connect(url, autocommit=True)
    database.execute("CREATE TABLE relevance (n int, v tsvector)")
    with database.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO relevance VALUES (%s, to_tsvector('russian', %s))", list(enumerate(pages))
        )

    def search(q: str) -> list[int]:
        if q.endswith("*"):
            query, function = f"{q[:-1]}:*", "to_tsquery"
        else:
            query, function = q, "websearch_to_tsquery"
        rows = database.execute(
            f"SELECT n FROM relevance, {function}('russian', %s) AS q "
            f"WHERE v @@ q ORDER BY ts_rank(v, q) DESC LIMIT {AT}".encode(),
            (query,),
        )
        return [int(row[0]) for row in rows]

    return search


def plain_tantivy(pages: Sequence[str], directory: Path) -> Search:
    directory.mkdir(parents=True)
    build = tantivy.SchemaBuilder()
    build.add_text_field("text", stored=False, tokenizer_name="ru")
    build.add_unsigned_field("n", stored=True)
    index = tantivy.Index(build.build(), str(directory))
    index.register_tokenizer(
        "ru",
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("russian"))
        .build(),
    )
    writer = index.writer(15_000_000, 1)
    for n, page in enumerate(pages):
        document = tantivy.Document()
        document.add_text("text", page)
        document.add_unsigned("n", n)
        writer.add_document(document)
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(q: str) -> list[int]:
        pieces = []
        for excluded, text in parts(q):
            if text.endswith("*"):
                pattern = re.escape(text[:-1].lower()) + ".*"
                found = searcher.search(
                    tantivy.Query.regex_query(index.schema, "text", pattern), AT
                )
                return [int(searcher.doc(address)["n"][0]) for _, address in found.hits]
            quoted = f'"{text.strip(chr(34))}"'
            pieces.append(f"-{quoted}" if excluded else quoted)
        query, _ = index.parse_query_lenient(
            " ".join(pieces), ["text"], conjunction_by_default=True
        )
        found = searcher.search(query, AT)
        return [int(searcher.doc(address)["n"][0]) for _, address in found.hits]

    return search


def show(questions: Sequence[Question], pages: Sequence[str], searches: dict[str, Search]) -> None:
    print(f"{len(questions)} questions, {len(pages)} pages; recall / precision at {AT}\n")
    answers = {
        name: [search(question.q) for question in questions] for name, search in searches.items()
    }
    print_row("kind", "questions", *searches)
    print("|" + "---|" * (2 + len(searches)))
    kinds = list(dict.fromkeys(question.kind for question in questions))
    for kind in [*kinds, "all"]:
        of_kind = [n for n, question in enumerate(questions) if kind in (question.kind, "all")]
        cells = []
        for found in answers.values():
            recall = statistics.mean(recall_of(questions[n], found[n]) for n in of_kind)
            precision = statistics.mean(precision_of(questions[n], found[n]) for n in of_kind)
            cells.append(f"{recall:.2f} / {precision:.2f}")
        print_row(kind, len(of_kind), *cells)
    print()
    for n, question in enumerate(questions):
        shown = answers["this search"][n]
        if recall_of(question, shown) < 1 or precision_of(question, shown) < 0.5:
            print(
                f"{question.kind}: {question.q}: {len(question.relevant & set(shown))} of "
                f"{len(question.relevant)} found, {len(shown)} shown"
            )


def recall_of(question: Question, found: Sequence[int]) -> float:
    return len(question.relevant & set(found)) / min(len(question.relevant), AT)


def precision_of(question: Question, found: Sequence[int]) -> float:
    return len(question.relevant & set(found)) / len(found) if found else 0.0


if __name__ == "__main__":
    main()
