"""In which language a document is: found in its text, unless a person says it."""

from __future__ import annotations

import json
import uuid

import pytest

from documents.actions.claim_page import claim_page
from documents.actions.claim_task import claim_task
from documents.actions.correct import correct
from documents.actions.detect_languages import detect_languages, is_language_missing
from documents.actions.edit import edit
from documents.actions.finish import finish
from documents.actions.record_reading import record_reading
from documents.actions.reprocess import reprocess
from documents.files.keys import result_key
from documents.files.storage import archive
from documents.models import Document, Page, Status, Task
from documents.models.claim import ClaimOwner
from tests.factories import make_document, make_layout

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

RUSSIAN = (
    "Поставщик обязуется передать товар в срок, который не позднее трёх дней со дня подписания"
)
ENGLISH = "The supplier shall deliver the goods within thirty days of the signing of this contract"
READER = ClaimOwner("one:ocr:0", uuid.uuid4())


def read(texts: list[str], **fields: object) -> Document:
    """A document whose pages were read by an engine and whose results are assembled."""
    document = make_document(
        status=Status.PROCESSING,
        pages=[None] * len(texts),
        **fields,  # type: ignore[arg-type]
    )
    for text in texts:
        claim = claim_page(READER)
        assert claim is not None
        record_reading(claim, make_layout(text), engine="tesseract", engine_version="5")
    return assembled(document)


def assembled(document: Document) -> Document:
    claim = claim_task()
    assert claim is not None
    assert claim.document_id == document.id
    return finish(claim)


def languages_of(document: Document) -> list[str | None]:
    return list(document.pages.order_by("number").values_list("language", flat=True))


def test_a_document_is_in_the_language_of_most_of_its_pages() -> None:
    document = read([ENGLISH, RUSSIAN, RUSSIAN, "12 345"])

    assert (document.language, document.language_chosen) == ("ru", False)
    assert languages_of(document) == ["en", "ru", "ru", ""]
    with archive().open(result_key(document.id, "json")) as file:
        result = json.load(file)
    assert result["document"]["language"] == "ru"
    assert [page["language"] for page in result["pages"]] == ["en", "ru", "ru", None]


def test_what_a_person_has_chosen_stays() -> None:
    document = read([RUSSIAN], language="bg")

    assert document.language == "bg"

    document.refresh_from_db()
    edit(document.id, actor=None, language="uk")
    assert assembled(document).language == "uk"


def test_a_person_may_leave_it_to_the_text_again() -> None:
    document = read([RUSSIAN], language="bg")

    edit(document.id, actor=None, language="")

    document.refresh_from_db()
    assert (document.language, document.language_chosen) == ("ru", False)


def test_a_correction_may_change_the_language() -> None:
    document = read([RUSSIAN])

    correct(document.id, 1, {"b0": ENGLISH}, revision=0, actor=None)

    assert languages_of(document) == ["en"]
    assert assembled(document).language == "en"


def test_only_a_chosen_language_is_given_to_the_engine() -> None:
    document = read([RUSSIAN])
    reprocess(document.id, actor=None)

    claim = claim_page(READER)

    assert claim is not None
    assert claim.language == ""
    reprocess(document.id, actor=None, language="en")
    again = claim_page(READER)
    assert again is not None
    assert again.language == "en"


def test_what_was_read_before_gets_its_language_in_the_background() -> None:
    old = make_document(pages=[RUSSIAN, RUSSIAN], results_version=1)
    chosen = make_document(pages=[RUSSIAN], language="kk")
    assert is_language_missing()

    while detect_languages():
        pass

    assert not is_language_missing()
    old.refresh_from_db()
    chosen.refresh_from_db()
    assert (old.language, old.task, old.version) == ("ru", Task.FINISH, 2)
    assert (chosen.language, chosen.version) == ("kk", 1)


def test_looking_twice_changes_nothing() -> None:
    document = make_document(pages=[RUSSIAN])
    while detect_languages():
        pass
    document.refresh_from_db()
    version = document.version
    Page.objects.update(language=None)

    while detect_languages():
        pass

    document.refresh_from_db()
    assert document.version == version
