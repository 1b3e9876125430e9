"""A document that was read gets its results, and they stay those of its texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from documents.actions.claim_task import claim_task
from documents.actions.correct import correct
from documents.actions.edit import edit
from documents.actions.finish import finish
from documents.actions.reprocess import reprocess
from documents.errors import LeaseLost, NothingRead
from documents.exports.downloads import get_result
from documents.exports.front_matter import strip_front_matter
from documents.exports.results import write_results
from documents.files.keys import result_key
from documents.files.storage import archive
from documents.models import Document, Event, Status, Task
from tests.documents.actions.claimed_tasks import claim, end_lease
from tests.factories import make_document

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def read_document(**fields: Any) -> Document:
    fields = {"pages": ["one", "two"], **fields}
    return make_document(status=Status.PROCESSING, task=Task.FINISH, **fields)


def result(document: Document, kind: str) -> str:
    with archive().open(result_key(document.id, kind)) as file:
        return file.read().decode()


def test_a_document_that_was_read_has_its_results() -> None:
    document = read_document(pages=["Первая страница", "Second page"])

    finish(claim())

    document.refresh_from_db()
    assert (document.status, document.task, document.engine) == ("ready", "", "tesseract")
    assert document.confidence == pytest.approx(0.95)
    assert document.has_results and document.finished_at is not None
    assert result(document, "txt") == "Первая страница\n\fSecond page\n"
    text = strip_front_matter(result(document, "md"))
    assert text == "Первая страница\n\n---\n\nSecond page\n"
    data = json.loads(result(document, "json"))
    assert [page["text"] for page in data["pages"]] == ["Первая страница", "Second page"]


def test_a_document_with_a_failed_page_is_partial_and_says_why() -> None:
    document = read_document(pages=["one", None], failed=[2])

    finish(claim())

    document.refresh_from_db()
    assert document.status == Status.PARTIAL
    assert (document.error_code, document.error_page) == ("damaged-page", 2)


def test_a_document_of_which_nothing_was_read_has_failed() -> None:
    document = read_document(pages=[None], failed=[1])

    finish(claim())

    document.refresh_from_db()
    assert document.status == Status.FAILED


def test_where_nothing_was_read_there_are_no_results_to_serve() -> None:
    document = read_document(pages=[None], failed=[1])

    finish(claim())

    document.refresh_from_db()
    assert not document.has_results
    assert not archive().exists(result_key(document.id, "txt"))
    with pytest.raises(NothingRead):
        get_result(document, "txt")


def test_a_title_changed_while_the_first_results_are_made_is_in_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = read_document(title="Old")

    def meanwhile_somebody_edits(*args: Any) -> Any:
        monkeypatch.undo()
        summary = write_results(*args)
        edit(document.id, actor=None, title="New")
        return summary

    monkeypatch.setattr("documents.exports.assemble.write_results", meanwhile_somebody_edits)
    finish(claim())
    finish(claim())  # the task stands until the files say what the archive says

    assert json.loads(result(document, "json"))["document"]["title"] == "New"
    assert claim_task() is None


def test_a_process_that_was_stopped_leaves_no_old_results_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import documents.actions.finish as module

    document = read_document(pages=["Doговор"])
    slow, put = claim(), type(archive()).put

    def meanwhile_somebody_else(self: object, key: str, source: Path) -> None:
        monkeypatch.undo()
        end_lease(document)
        finish(claim())
        put(self, key, source)  # type: ignore[arg-type]

    monkeypatch.setattr(type(archive()), "put", meanwhile_somebody_else)
    with pytest.raises(LeaseLost):
        module.finish(slow)

    assert claim().task == Task.FINISH  # whatever lies there now is written once more


def test_results_assembled_twice_are_one_event() -> None:
    document = read_document()
    slow = claim()
    end_lease(document)
    finish(claim())

    with pytest.raises(LeaseLost):
        finish(slow)

    assert Event.objects.filter(document=document, kind="document.read").count() == 1


def test_a_correction_is_in_the_results_after_they_are_rebuilt() -> None:
    document = read_document(pages=["Дoговор"])
    finish(claim())
    finished_at = Document.objects.get(id=document.id).finished_at

    correct(document.id, 1, {"b0": "Договор"}, revision=0, actor=None)
    assert result(document, "txt") == "Дoговор\n"
    finish(claim())

    assert result(document, "txt") == "Договор\n"
    document.refresh_from_db()
    assert document.finished_at == finished_at
    assert Event.objects.filter(document=document, kind="document.read").count() == 1


def test_a_page_corrected_while_results_are_assembled_has_them_assembled_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    document = read_document(pages=["Дoговор"])
    finish(claim())
    correct(document.id, 1, {"b0": "Договоры"}, revision=0, actor=None)

    def write_then_correct(*args: Any) -> Any:
        monkeypatch.undo()
        summary = write_results(*args)
        correct(document.id, 1, {"b0": "Договор"}, revision=1, actor=None)
        return summary

    monkeypatch.setattr("documents.exports.assemble.write_results", write_then_correct)
    finish(claim())

    finish(claim())

    assert result(document, "txt") == "Договор\n"
    assert claim_task() is None


def test_the_results_of_before_are_served_while_a_document_is_read_again() -> None:
    document = read_document()
    finish(claim())

    reprocess(document.id, actor=None)

    document.refresh_from_db()
    assert document.has_results
    assert result(document, "txt") == "one\n\ftwo\n"


def test_assembling_a_long_document_does_not_load_it_whole(
    django_assert_max_num_queries: object,
) -> None:
    read_document(pages=["text"] * 60)

    with django_assert_max_num_queries(24):  # type: ignore[operator]
        finish(claim())
