"""What a search finds."""

from __future__ import annotations

import datetime

import pytest

from documents.actions.decide import approve
from documents.models import Document, Member, Team, User
from documents.search.query.compiler import compile_matcher
from documents.search.query.results import FoundDocument, FoundPage, Ordering
from documents.search.query.spelling import expand_with_near_words
from tests.documents.search.query.asking import Follow, numbers, pages, search
from tests.factories import make_document, make_layout, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("договора", [1, 3]),
        ("договор аренда", [1, 3]),
        ('"договор аренды"', [1]),
        ("договор -поставка", [1]),
        ("-договор", [2, 4]),
        ("акт OR contracts", [2, 4]),
        ("(акт OR договор) аренда", [1, 3]),
        ("контракт", []),
        ("до*", [1, 3]),
        ("дого*", [1, 3]),
        ("догов*", [1, 3]),
        ("договор -аренд*", []),
        ("12/2025", [1]),
        ("2025", [1]),
        ("12.05.2025", [1]),
        ("1 250 000", [2]),
        ("1250000", [2]),
        ("12/20*", [1]),
        ("1004.1461", [4]),
        ("arxiv 1461v1", [4]),
        ("приемки", [2]),
        ("договор page:2-9", [3]),
        ("page:2-3", [2, 3]),
        ("page:2 OR page:4", [2, 4]),
        ("page:2-9 -договор", [2, 4]),
        ("12 мая 2025", [1]),
        ("status:готов договор", [1, 3]),
        ("договор tag:срочно lang:ru status:ready type:pdf team:main", [1, 3]),
        ("договор tag:другое", []),
        ("договор team:nobody", []),
        ("договор before:2020-01-01", []),
        ("договор after:2020", [1, 3]),
        ("договор (-поставка -акт)", [1]),
        ('договор "аренды', [1, 3]),
        ("AND договор)", []),
        ("договор ***", [1, 3]),
        ("page:2-3 -акт", [3]),
        ("tag:срочно page:4", [4]),
        ("page:3-2", [2, 3]),
        ("-(-договор -акт)", [1, 2, 3]),
        ("-договор (-акт (-штраф -залог))", [4]),
    ],
)
def test_the_language(contract: Document, user: User, text: str, expected: list[int]) -> None:
    assert numbers(user, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"договор аренды"', [1]),
        ('"договора аренды"', [2]),
        ('"договоры"', [3]),
        ('аренда -"договор аренды"', [2]),
        ('"договору аренды" OR склада', [3]),
    ],
)
def test_words_in_quotation_marks_are_meant_in_these_very_forms(
    team: Team, user: User, follow: Follow, text: str, expected: list[int]
) -> None:
    make_document(team, pages=["Договор аренды", "Срок договора аренды", "Договоры склада"])
    follow()
    assert numbers(user, text) == expected


def test_where_no_page_has_a_phrase_so_its_words_are_found_in_other_forms_and_it_is_said(
    team: Team, user: User, follow: Follow
) -> None:
    make_document(team, pages=["По договорам аренды склада", "Аренда. Договор."])
    follow()

    found = search(user, '"договор аренды"')

    assert pages(found) == [("letter", 1)]
    assert [note.code for note in found.notes] == ["other-forms"]
    (page,) = found.results
    assert isinstance(page, FoundPage)
    assert [text for _, text in page.hits] == ["договорам", "аренды"]


def test_of_a_phrase_only_these_very_forms_are_marked(
    team: Team, user: User, follow: Follow
) -> None:
    make_document(team, pages=["Сначала договора аренды, потом договор аренды."])
    follow()
    (page,) = search(user, '"договор аренды"').results
    assert isinstance(page, FoundPage)
    assert [text for _, text in page.hits] == ["договор", "аренды"]


def test_a_phrase_with_a_misread_word_is_found_and_marked_on_the_page(
    team: Team, user: User, follow: Follow
) -> None:
    make_document(team, pages=["Тут дсговор аренды"] + ["Один договор"] * 6)
    follow()

    found = search(user, '"договор аренды"')

    assert pages(found) == [("letter", 1)]
    assert found.near_words == {"договор": ["дсговор"]}
    shown = compile_matcher(expand_with_near_words('"договор аренды"', found.near_words)).find_hits(
        "Тут дсговор аренды"
    )
    assert len(shown) == 2


def test_what_was_not_understood_is_said(contract: Document, user: User) -> None:
    found = search(user, 'договор "аренды team:nobody')
    assert {note.code for note in found.notes} == {"quote", "unknown"}
    assert [note.code for note in search(user, "договор team:nobody").notes] == ["unknown"]


def test_a_title_is_found_once_and_not_on_every_page(
    team: Team, user: User, follow: Follow
) -> None:
    make_document(team, title="Устав общества", pages=["Первый лист", "Второй лист", "Третий"])
    make_document(team, title="Квитанция", pages=[None])
    follow()

    assert numbers(user, "устав") == [1]
    assert numbers(user, "title:устав") == [1]
    assert numbers(user, "устав второй") == [2]
    assert numbers(user, "title:устав лист") == [1, 2]
    assert numbers(user, "квитанция") == [0]


def test_titles_and_approved_pages_come_first(team: Team, user: User, follow: Follow) -> None:
    make_document(team, title="Прочее", pages=["Смета на ремонт"])
    approved = make_document(team, title="Принято", pages=["Смета на ремонт"])
    approve(approved.id, actor=None)
    make_document(team, title="Смета", pages=["Смета на ремонт"])
    follow()
    assert [title for title, _ in pages(search(user, "смета"))] == ["Смета", "Принято", "Прочее"]


def test_by_date_the_newest_comes_first(team: Team, user: User, follow: Follow) -> None:
    for title in ("Первый", "Второй"):
        make_document(team, title=title, pages=["смета", "смета смета"])
    follow()
    found = search(user, "смета", ordering=Ordering.DATE)
    assert pages(found) == [("Второй", 1), ("Второй", 2), ("Первый", 1), ("Первый", 2)]
    assert found.count == 4


def test_one_may_look_deep(team: Team, user: User, follow: Follow) -> None:
    make_document(team, pages=["смета"] * 45)
    follow()
    seen: list[tuple[str, int]] = []
    offset = 0
    while True:
        found = search(user, "смета", offset=offset, limit=10)
        seen += pages(found)
        offset += 10
        assert found.count == 45
        if not found.more:
            break
    assert sorted(number for _, number in seen) == list(range(1, 46))


def test_grouped_by_document_each_comes_with_its_best_pages(
    team: Team, user: User, follow: Follow
) -> None:
    make_document(team, title="Одна", pages=["смета", "иное", "смета смета смета"])
    make_document(team, title="Другая", pages=["смета и ещё многое другое на этом листе"])
    follow()

    found = search(user, "смета", by_document=True)

    results = [result for result in found.results if isinstance(result, FoundDocument)]
    assert [result.document.title for result in results] == ["Одна", "Другая"]
    assert [page.number for page in results[0].pages] == [3, 1]
    assert [result.pages_found for result in results] == [2, 1]
    assert (found.count, found.more) == (2, False)


def test_a_part_of_a_second_counts_where_documents_are_younger_than_a_moment(
    contract: Document, user: User
) -> None:
    whole = contract.created_at.replace(microsecond=0)
    later = whole + datetime.timedelta(seconds=1)
    assert search(user, "договор", filters={"created_before": [whole]}).count == 0
    assert search(user, "договор", filters={"created_before": [later]}).count == 2
    half = whole + datetime.timedelta(milliseconds=500)
    assert search(user, "договор", filters={"created_before": [half]}).count == 2


def test_a_search_among_what_came_together(
    contract: Document, team: Team, user: User, follow: Follow
) -> None:
    letter = make_document(team, title="Письмо", pages=["Направляем договор"])
    make_document(team, title="Чужой", pages=["Договор сам по себе"])
    Member.objects.create(
        container=letter, number=0, path="a.pdf", document=contract.id, outcome="created"
    )
    follow()

    assert search(user, "договор").count == 4
    assert search(user, "договор", filters={"together": [str(letter.id)]}).count == 3
    assert search(user, "договор", filters={"container": [str(letter.id)]}).count == 2
    assert search(user, "договор", filters={"container": [str(contract.id)]}).count == 0
    stranger = make_user(team=make_team("Other"))
    assert search(stranger, "договор", filters={"together": [str(letter.id)]}).count == 0


def test_facets_count_what_was_found(contract: Document, user: User) -> None:
    facets = search(user, "договор", facets=["tag", "status", "type", "year", "team"]).facets
    assert facets["tag"] == [("Срочно", 2)]
    assert facets["status"] == [("ready", 2)]
    assert facets["team"] == [(str(contract.team_id), 2)]


def test_a_hit_has_its_boxes_and_a_safe_snippet(team: Team, user: User, follow: Follow) -> None:
    text = "Итог <script>alert(1)</script> по договорам дого-\nвор & прочее"
    make_document(team, pages=[text])
    follow()

    (page,) = search(user, "договор").results

    assert isinstance(page, FoundPage)
    assert "<script>" not in page.snippet
    assert "&lt;script&gt;" in page.snippet
    assert "<mark>договорам</mark>" in page.snippet
    layout = make_layout(text)
    boxes = {tuple(round(v) for v in w.bbox) for w in layout.words() if "дог" in w.text.lower()}
    assert boxes <= {box for box, _ in page.hits}
    assert (page.width, page.height) == (layout.width, layout.height)


def test_in_a_snippet_a_word_broken_over_two_lines_is_whole(
    team: Team, user: User, follow: Follow
) -> None:
    make_document(team, pages=["Смета свобод-\nного образца 2024-\n2025, Орёл-\nРоссия"])
    follow()
    (page,) = search(user, "смета").results
    assert isinstance(page, FoundPage)
    assert page.snippet == "<mark>Смета</mark> свободного образца 2024- 2025, Орёл- Россия"


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("rод", "год"),
        ("dоговор", "договор"),
        ("lист", "лист"),
        ("nлощадь", "площадь"),
        ("uюль", "июль"),
    ],
)
def test_a_word_that_begins_with_a_letter_of_the_other_script_is_marked(
    printed: str, meant: str
) -> None:
    hits = compile_matcher(meant).find_hits(f"здесь {printed} стоит")
    assert [(hit.start, hit.end) for hit in hits] == [(6, 6 + len(printed))]


@pytest.mark.parametrize("asked", ["Санкт", "Петербурга"])
def test_a_part_of_a_word_that_is_broken_at_its_own_hyphen_is_marked(asked: str) -> None:
    text = "жил в санкт-\nпетербурге"
    (hit,) = compile_matcher(asked).find_hits(text)
    assert text[hit.start : hit.end] == {"Санкт": "санкт", "Петербурга": "петербурге"}[asked]
