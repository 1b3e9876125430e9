"""The result files: every page once, in order, as the published schema says."""

from __future__ import annotations

import io
import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
import yaml

from documents.actions.correct import correct
from documents.exports.front_matter import strip_front_matter
from documents.exports.results import Summary, iterate_pages, write_results
from documents.models import Document
from documents.text.page_layout import Block, PageLayout
from tests.factories import make_document, make_reading

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def written(document: Document) -> tuple[Any, str, str, Summary]:
    files = io.BytesIO(), io.BytesIO(), io.BytesIO()
    summary = write_results(document, iterate_pages(document), *files, {})
    as_json, as_md, as_txt = (file.getvalue().decode() for file in files)
    return json.loads(as_json), as_md, as_txt, summary


@pytest.fixture(scope="module")
def schema() -> Any:
    text = resources.files("documents.exports").joinpath("result.schema.json").read_text("utf-8")
    return json.loads(text)


def test_results_follow_the_published_schema(schema: Any) -> None:
    turned = PageLayout(
        100, 200, 72.5, 270, (Block("t", "table", (0, 0, 1, 1), None, "a|b", "|a|b|"),), ("skewed",)
    )
    document = make_document(
        status="partial", language="ru", pages=["Текст\nстраницы", turned, "x", None], failed=[3, 4]
    )
    correct(document.id, 1, {"b0": "Иной текст"}, revision=0, actor=None)

    result, _, _, _ = written(document)

    jsonschema.Draft202012Validator(schema).validate(result)


def test_the_schema_knows_every_field_that_is_written(schema: Any) -> None:
    result, _, _, _ = written(make_document(pages=["text"]))

    defined = {name: set(schema["$defs"][name]["properties"]) for name in
               ("document", "page", "block", "line", "word")}  # fmt: skip
    page = result["pages"][0]
    assert set(result) == set(schema["properties"])
    assert set(result["document"]) == defined["document"]
    assert set(page) == defined["page"]
    assert set(page["blocks"][0]) == defined["block"]
    assert set(page["blocks"][0]["lines"][0]) == defined["line"]
    assert set(page["blocks"][0]["lines"][0]["words"][0]) == defined["word"]


def test_every_page_stands_once_and_in_order() -> None:
    result, as_md, as_txt, _ = written(make_document(pages=["one", None, "three"], failed=[2]))

    assert [page["number"] for page in result["pages"]] == [1, 2, 3]
    assert as_txt == "one\n\f\n\fthree\n"
    assert strip_front_matter(as_md) == "one\n\n---\n\n\n\n---\n\nthree\n"


def test_the_newest_text_counts() -> None:
    document = make_document(pages=["wrong"])
    correct(document.id, 1, {"b0": "right"}, revision=0, actor=None)

    result, as_md, as_txt, _ = written(document)

    assert (as_txt, strip_front_matter(as_md)) == ("right\n", "right\n")
    assert (result["pages"][0]["text"], result["pages"][0]["revision"]) == ("right", 1)


def test_a_correction_stays_when_the_page_was_read_again() -> None:
    document = make_document(pages=["wrong"])
    correct(document.id, 1, {"b0": "right"}, revision=0, actor=None)
    page = document.pages.get()
    page.current_reading = make_reading(page, "newer", run=2, engine="text-layer")
    page.save()

    result, _, as_txt, _ = written(document)

    assert as_txt == "right\n"
    assert result["pages"][0]["engine"] == "tesseract", "boxes and engine are its own reading's"


def test_the_engine_of_most_pages_is_the_documents() -> None:
    document = make_document(pages=["a", "b", "c"])
    page = document.pages.get(number=2)
    page.current_reading = make_reading(page, "b", run=2, engine="text-layer")
    page.save()

    _, _, _, summary = written(document)

    assert summary.engine == "tesseract"
    assert summary.confidence == 0.95


def test_a_document_of_which_nothing_was_read_has_no_confidence() -> None:
    _, _, _, summary = written(make_document(pages=[None]))

    assert (summary.engine, summary.confidence) == ("", None)


def test_many_pages_are_never_all_in_memory(django_assert_max_num_queries: Any) -> None:
    document = make_document(pages=["text"] * 45)

    with django_assert_max_num_queries(5):
        pages = iterate_pages(document)
        assert next(iter(pages)).number == 1


@pytest.mark.parametrize(
    "title", ['a: "b" # c\\', "- x\x85\u2028\ufeff", "null", "строка 𝑥 ---", ""]
)
def test_markdown_says_what_it_is_of_and_what_read_it(title: str) -> None:
    document = make_document(title=title, language="ru", pages=["one", "two"])

    _, as_md, _, _ = written(document)

    reading = document.pages.get(number=1).current_reading
    assert reading is not None
    _, head, text = as_md.split("---\n", 2)
    assert yaml.safe_load(head) == {
        "title": title,
        "document": str(document.id),
        "filename": document.filename,
        "language": "ru",
        "page_count": 2,
        "read_by": [f"tesseract {reading.engine_version}"],
    }
    assert text == "\none\n\n---\n\ntwo\n"
    assert strip_front_matter(as_md) == text[1:]


def test_what_has_nothing_above_it_keeps_all() -> None:
    assert (
        strip_front_matter("---\n\nA line\n\n---\n\nAnother") == "---\n\nA line\n\n---\n\nAnother"
    )
