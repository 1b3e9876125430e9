"""An uploaded archive becomes its documents, whatever is wrong with one of them."""

from __future__ import annotations

import json
from pathlib import Path
from unittest import mock

import libarchive
import pytest

from documents.actions.claim_task import claim_task
from documents.actions.reprocess import reprocess
from documents.actions.store_member import store_member
from documents.actions.unlock import unlock
from documents.actions.upload import upload
from documents.errors import StorageFull, WrongPassword
from documents.files.upload_staging import stage
from documents.models import Document, Member, MemberOutcome, Origin, OriginKind, Status, User
from ocr_worker import unpacking
from ocr_worker.pipeline import run_task
from ocr_worker.rendering import Renderer
from tests.archives import PDF, make_rar5, make_zip
from tests.factories import make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture
def user(db: None) -> User:
    return make_user(team=make_team())


def send(user: User, content: bytes, name: str = "pack.zip", **fields: object) -> Document:
    return upload(user, stage([content]), name, **fields).document  # type: ignore[arg-type]


def unpack_all(renderer: Renderer) -> None:
    """Every container that waits, and those that come out of them."""
    for _ in range(20):
        waiting = Document.objects.exclude(task="").filter(mime_type="application/zip")
        if not waiting.exists():
            return
        Document.objects.exclude(mime_type="application/zip").update(task="")
        claim = claim_task()
        assert claim is not None
        run_task(claim, renderer)


def outcomes(container: Document) -> dict[str, tuple[str, str]]:
    return {m.path: (m.outcome, m.error_code) for m in container.members.all()}


def test_members_become_documents_and_a_bad_one_spoils_no_other(
    user: User, renderer: Renderer
) -> None:
    send(user, PDF + b"known", "old.pdf")
    container = send(
        user,
        make_zip(
            {
                "Договоры/a.pdf": PDF + b"1",
                "program.exe": b"MZ\x90\x00",
                "empty.pdf": b"",
                "copy of old.pdf": PDF + b"known",
                "__MACOSX/._a.pdf": b"x",
                "b.pdf": PDF + b"2",
            }
        ),
        tags=["inbox"],
    )
    unpack_all(renderer)

    container.refresh_from_db()
    assert (container.status, container.page_count) == (Status.READY, 0)
    assert outcomes(container) == {
        "Договоры/a.pdf": (MemberOutcome.CREATED, ""),
        "program.exe": (MemberOutcome.REFUSED, "unsupported-file-type"),
        "empty.pdf": (MemberOutcome.REFUSED, "empty-file"),
        "copy of old.pdf": (MemberOutcome.KNOWN, ""),
        "b.pdf": (MemberOutcome.CREATED, ""),
    }
    document = Document.objects.get(filename="a.pdf")
    assert document.origin == Origin(OriginKind.ARCHIVE, "pack.zip", "Договоры/a.pdf")
    assert document.created_by == user
    assert [tag.name for tag in document.tags.all()] == ["inbox"]


@pytest.mark.parametrize(
    ("locked", "status"),
    [(["b.pdf"], Status.PARTIAL), (["a.pdf", "b.pdf"], Status.FAILED), ([], Status.READY)],
)
def test_what_a_rar_archive_locks_is_refused_with_what_to_do(
    user: User, renderer: Renderer, locked: list[str], status: Status
) -> None:
    files = {"a.pdf": PDF + b"1", "b.pdf": PDF + b"2"}
    container = send(user, make_rar5(files, locked), "pack.rar")
    claim = claim_task()
    assert claim is not None
    run_task(claim, renderer)

    container.refresh_from_db()
    assert container.status == status
    assert container.error_code == ("encrypted-archive" if locked else "")
    assert "unpack it on your computer" in container.error_detail or not locked
    assert outcomes(container) == {
        name: (MemberOutcome.REFUSED, "encrypted-archive")
        if name in locked
        else (MemberOutcome.CREATED, "")
        for name in files
    }


def test_archives_in_archives_are_unpacked_to_a_depth(user: User, renderer: Renderer) -> None:
    content = make_zip({"deepest.pdf": PDF})
    for depth in range(4):
        content = make_zip({f"{depth}.zip": content, f"{depth}.pdf": PDF + bytes([depth])})
    send(user, content)
    unpack_all(renderer)

    states = {
        document.filename: (document.status, document.error_code)
        for document in Document.objects.filter(mime_type="application/zip")
    }
    assert states == {
        "pack.zip": ("ready", ""),
        "3.zip": ("ready", ""),
        "2.zip": ("ready", ""),
        "1.zip": ("failed", "too-deep"),
    }
    assert not Document.objects.filter(filename__in=["0.pdf", "deepest.pdf"]).exists()


def test_a_bomb_is_stopped_and_what_came_before_it_is_kept(user: User, renderer: Renderer) -> None:
    content = make_zip({"good.pdf": PDF, "bomb.pdf": b"%PDF-1.4 " + bytes(30_000_000)})
    container = send(user, content)
    with mock.patch.object(unpacking, "FREE_BYTES", 2**20):
        unpack_all(renderer)

    container.refresh_from_db()
    assert (container.status, container.error_code) == (Status.PARTIAL, "unpacks-too-much")
    assert Document.objects.filter(filename="good.pdf").exists()


def test_too_many_files_are_cut_with_a_word(user: User, renderer: Renderer) -> None:
    container = send(user, make_zip({f"{n}.pdf": PDF + bytes([n]) for n in range(6)}))
    with mock.patch.object(unpacking, "MOST_MEMBERS", 4):
        unpack_all(renderer)

    container.refresh_from_db()
    assert (container.status, container.error_code) == (Status.PARTIAL, "too-many-members")
    assert container.members.count() == 4


@pytest.mark.postgresql
def test_an_unpacking_that_breaks_off_goes_on_without_doubling(
    user: User, renderer: Renderer
) -> None:
    """As after a kill: the first attempt ends in the middle, the next begins again."""
    container = send(user, make_zip({f"{n}.pdf": PDF + bytes([n]) for n in range(4)}))
    stored: list[Member] = []

    def break_off(*arguments: object) -> Member:
        if len(stored) == 2:
            raise StorageFull
        stored.append(store_member(*arguments))  # type: ignore[arg-type]
        return stored[-1]

    with mock.patch.object(unpacking, "store_member", break_off):
        claim = claim_task()
        assert claim is not None
        run_task(claim, renderer)
    container.refresh_from_db()
    assert container.status == Status.QUEUED
    Document.objects.filter(id=container.id).update(task_lease_expires_at=None)
    unpack_all(renderer)

    container.refresh_from_db()
    assert container.status == Status.READY
    assert container.members.count() == 4
    assert Document.objects.filter(mime_type="application/pdf").count() == 4


def test_what_is_no_archive_inside_fails_with_the_reason(user: User, renderer: Renderer) -> None:
    container = send(user, make_zip({"a.pdf": PDF})[:20])
    unpack_all(renderer)

    container.refresh_from_db()
    assert (container.status, container.error_code) == (Status.FAILED, "damaged-file")


@pytest.mark.long
def test_hostile_archives_end_in_a_state_people_see(
    user: User, renderer: Renderer, shared: Path
) -> None:
    entries = json.loads((shared / "hostile/manifest.json").read_text("utf-8"))
    found = {}
    for entry in entries:
        if entry["category"] in ("archive", "zip-bomb") and entry["file"].endswith(".zip"):
            content = (shared / "hostile" / entry["file"]).read_bytes()
            container = send(user, content, entry["file"])
            claim = claim_task()
            assert claim is not None
            with mock.patch.object(unpacking, "MOST_MEMBERS", 20):
                run_task(claim, renderer)
            Document.objects.all().update(task="")  # what came out is not unpacked here
            container.refresh_from_db()
            assert container.status in (Status.READY, Status.PARTIAL, Status.FAILED)
            found[entry["file"]] = (container.error_code, container.members.count())

    assert found["archive/letters.zip"][0] == ""
    assert found["zip-bomb/flat_300MB.zip"][0] == "unpacks-too-much"
    assert found["zip-bomb/many_entries_0.zip"] == ("too-many-members", 20)
    paths = Member.objects.filter(container__filename="traversal_0.zip").values_list("path")
    assert not [path for (path,) in paths if path.startswith("/") or ".." in path.split("/")]


def test_files_with_a_password_wait_for_it_and_then_are_unpacked(
    user: User, renderer: Renderer, tmp_path: Path
) -> None:
    path = tmp_path / "locked.zip"
    with libarchive.file_writer(
        str(path), "zip", options="zip:encryption=aes256", passphrase="верный пароль"
    ) as archive:
        archive.add_file_from_memory("Договор.pdf", len(PDF), PDF)
    container = send(user, path.read_bytes())
    unpack_all(renderer)

    container.refresh_from_db()
    assert (container.status, container.error_code) == (Status.FAILED, "password-needed")
    assert outcomes(container) == {"Договор.pdf": (MemberOutcome.REFUSED, "password-needed")}
    with pytest.raises(WrongPassword):
        unlock(container.id, actor=user, password="неверный")

    unlock(container.id, actor=user, password="верный пароль")
    container.refresh_from_db()
    assert (container.status, container.error_code) == (Status.QUEUED, "")
    assert "верный" not in container.given_password
    unpack_all(renderer)

    container.refresh_from_db()
    assert (container.status, container.given_password) == (Status.READY, "")
    assert outcomes(container) == {"Договор.pdf": (MemberOutcome.CREATED, "")}


def test_an_archive_that_is_read_again_is_unpacked_again(user: User, renderer: Renderer) -> None:
    container = send(user, make_zip({"a.pdf": PDF, "b.bin": b"\0\1\2\3" * 9}))
    unpack_all(renderer)
    reprocess(container.id, actor=user)
    unpack_all(renderer)

    container.refresh_from_db()
    assert (container.status, container.run, container.member_count) == (Status.READY, 2, 1)
    assert len(outcomes(container)) == 2
