"""What came together: found through every container, shown in folders, searched as one."""

from __future__ import annotations

import uuid

import pytest

from documents.models import Document, Member, MemberOutcome, Team, User
from documents.models.member import count_members, find_within
from documents.search.query.document_filters import filter_documents
from documents.web.list_rows import Row
from documents.web.members import containers_for, contents_of, place_of
from tests.factories import make_document, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def user(team: Team) -> User:
    return make_user(team=team)


def hold(container: Document, *members: tuple[str, Document | None]) -> None:
    for number, (path, document) in enumerate(members):
        Member.objects.create(
            container=container,
            number=number,
            path=path,
            outcome=MemberOutcome.CREATED if document else MemberOutcome.REFUSED,
            document=document.id if document else None,
        )
    Document.objects.filter(id=container.id).update(member_count=count_members(container.id))
    container.refresh_from_db()


@pytest.fixture
def letter(team: Team) -> Document:
    letter = make_document(team, filename="letter.eml", mime_type="message/rfc822")
    files = make_document(team, filename="files.zip", mime_type="application/zip")
    hold(
        letter,
        ("a.pdf", make_document(team, filename="a.pdf")),
        ("bad.exe", None),
        ("files.zip", files),
    )
    hold(files, ("Договоры/b.pdf", make_document(team, filename="b.pdf")))
    return letter


def named(team: Team, filename: str) -> Document:
    return Document.objects.get(team=team, filename=filename)


def test_all_that_lies_in_a_letter_with_its_folders(team: Team, letter: Document) -> None:
    folders = find_within([letter.id])

    assert {Document.objects.get(id=id_).filename: folder for id_, folder in folders.items()} == {
        "a.pdf": "letter", "files.zip": "letter", "b.pdf": "letter/files/Договоры",
    }  # fmt: skip


def test_containers_that_hold_each_other_come_to_an_end(team: Team) -> None:
    one, two = make_document(team, filename="1.zip"), make_document(team, filename="2.zip")
    hold(one, ("2.zip", two))
    hold(two, ("1.zip", one))

    assert list(find_within([one.id])) == [two.id]


def test_a_group_is_a_filter_with_its_container_or_without(
    team: Team, user: User, letter: Document
) -> None:
    make_document(team, filename="other.pdf")

    def found(**filters: list[str]) -> set[str]:
        return {document.filename for document in filter_documents(user, filters)}

    within = {"a.pdf", "files.zip", "b.pdf"}
    assert found(container=[str(letter.id)]) == within
    assert found(together=[str(letter.id)]) == {*within, "letter.eml"}
    assert found(container=[str(uuid.uuid4())]) == set()


def test_nobody_finds_documents_of_other_teams_through_a_container(letter: Document) -> None:
    stranger = make_user(team=make_team())

    assert not filter_documents(stranger, {"together": [str(letter.id)]}).exists()
    member = Document.objects.get(filename="a.pdf")
    assert containers_for(stranger, member.id) == []


def test_a_member_knows_its_neighbours_and_its_way_up(
    team: Team, user: User, letter: Document
) -> None:
    member = named(team, "files.zip")
    place = place_of(user, containers_for(user, member.id), member)

    assert place is not None
    assert (place.container, place.number, place.count) == (letter, 2, 2)
    assert (place.before, place.after) == (named(team, "a.pdf"), None)
    assert str(letter.id) in place.url
    assert place_of(user, [], letter) is None


def test_lists_say_how_many_came_in_it(user: User, letter: Document) -> None:
    contents = contents_of(user, letter)

    assert Row(letter).held == "2 documents in it"
    assert contents.summary == "2 documents, 1 file refused"
    assert contents.zip_url.endswith(f"/api/v1/documents/zip/?together={letter.id}")
