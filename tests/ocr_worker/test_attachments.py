"""What is attached to a message or a PDF becomes documents, and its own pages are read too."""

from __future__ import annotations

import io
import uuid
from pathlib import Path
from typing import BinaryIO
from unittest import mock

import pikepdf
import pytest

from documents.actions.cancel import cancel
from documents.actions.claim_page import claim_page
from documents.actions.claim_task import claim_task
from documents.actions.record_reading import record_reading
from documents.actions.reprocess import reprocess
from documents.actions.upload import upload
from documents.files.upload_staging import stage
from documents.models import Document, MemberOutcome, Origin, OriginKind, Status, Task, User
from documents.models.claim import ClaimOwner
from ocr_worker import unpacking
from ocr_worker.pipeline import run_task
from ocr_worker.rendering import Renderer
from tests.archives import PDF, make_zip
from tests.factories import make_layout, make_team, make_user
from tests.letters import forward, make_letter

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture
def user(db: None) -> User:
    return make_user(team=make_team())


def make_pdf(attachments: dict[str, bytes] | None = None) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name, content in (attachments or {}).items():
        pdf.attachments[name] = content
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def convert(path: Path, mime_type: str, target: BinaryIO) -> None:
    """As LibreOffice would: one page."""
    target.write(make_pdf())


def send(user: User, content: bytes, name: str, **fields: object) -> Document:
    return upload(user, stage([content]), name, **fields).document  # type: ignore[arg-type]


def prepare_all(renderer: Renderer) -> None:
    for _ in range(30):
        claim = claim_task()
        if claim is None:
            return
        run_task(claim, renderer, convert)


def outcomes(container: Document) -> dict[str, tuple[str, str]]:
    return {m.path: (m.outcome, m.error_code) for m in container.members.all()}


def test_a_letter_has_pages_and_attachments_and_a_bad_one_spoils_no_other(
    user: User, renderer: Renderer
) -> None:
    send(user, PDF + b"known", "old.pdf")
    letter = send(
        user,
        make_letter(
            {
                "договор.pdf": make_pdf({"inner.txt": b"text"}),
                "program.exe": b"MZ\x90\x00",
                "../../etc/passwd": b"plain text of a list",
                "again.pdf": PDF + b"known",
                "files.zip": make_zip({"b.pdf": PDF + b"2"}),
            }
        ),
        "letter.eml",
        tags=["inbox"],
    )
    prepare_all(renderer)

    letter.refresh_from_db()
    assert (letter.status, letter.page_count, letter.member_count) == (Status.PROCESSING, 1, 4)
    assert letter.title == "Договор поставки № 17"
    assert letter.message_id == "17@letters"
    assert letter.mail is not None
    assert letter.mail["from"] == "Иван Петров <ivan@supplier.example>"
    assert outcomes(letter) == {
        "договор.pdf": (MemberOutcome.CREATED, ""),
        "program.exe": (MemberOutcome.REFUSED, "unsupported-file-type"),
        ".._.._etc_passwd".lstrip("."): (MemberOutcome.CREATED, ""),
        "again.pdf": (MemberOutcome.KNOWN, ""),
        "files.zip": (MemberOutcome.CREATED, ""),
    }
    document = Document.objects.get(filename="договор.pdf")
    assert document.origin == Origin(OriginKind.ATTACHED, "letter.eml", "договор.pdf")
    assert [tag.name for tag in document.tags.all()] == ["inbox"]
    assert Document.objects.get(filename="inner.txt").origin.name == "договор.pdf"
    assert Document.objects.get(filename="b.pdf").origin.kind == OriginKind.ARCHIVE


def test_messages_in_messages_are_opened_to_a_depth_and_all_are_read(
    user: User, renderer: Renderer
) -> None:
    content = make_letter({"deepest.pdf": PDF}, subject="level 5")
    for level in (4, 3, 2, 1):
        content = forward(content).replace(b"Subject: Fwd", b"Subject: level %d" % level)
    send(user, content, "level 1.eml")
    prepare_all(renderer)

    found = {
        document.title: (document.page_count, list(outcomes(document).values()))
        for document in Document.objects.filter(mime_type="message/rfc822")
    }
    made = [(MemberOutcome.CREATED, "")]
    assert found == {
        "level 1": (1, made),
        "level 2": (1, made),
        "level 3": (1, made),
        "level 4": (1, [(MemberOutcome.REFUSED, "too-deep")]),
    }


def test_a_letter_with_too_much_in_it_keeps_what_came_first(user: User, renderer: Renderer) -> None:
    many = send(user, make_letter({f"{n}.pdf": PDF + bytes([n]) for n in range(6)}), "a.eml")
    bomb = send(
        user,
        make_letter({"good.pdf": PDF + b"good", "bad.pdf": b"%PDF-1.4 " + bytes(3_000_000)}),
        "b.eml",
    )
    with mock.patch.multiple(unpacking, MOST_MEMBERS=4, FREE_BYTES=2**20, MOST_TIMES=0):
        prepare_all(renderer)

    assert list(outcomes(many).values())[-1] == (MemberOutcome.REFUSED, "too-many-members")
    assert many.members.count() == 5
    assert [code for _, code in outcomes(bomb).values()] == ["", "unpacks-too-much"]
    for document in (many, bomb):
        document.refresh_from_db()
        assert (document.status, document.page_count) == (Status.PROCESSING, 1)


def test_a_mailbox_gives_each_message_with_its_attachments(user: User, renderer: Renderer) -> None:
    letters = [
        make_letter({f"{n}.pdf": PDF + bytes([n])}, subject=f"Письмо {n}", message_id=f"{n}@x")
        for n in range(3)
    ]
    mark = b"From ivan@supplier.example Fri Nov 27 10:00:00 2026\n"
    box = send(user, b"\n".join(mark + letter for letter in letters), "box.mbox")
    prepare_all(renderer)

    box.refresh_from_db()
    assert (box.status, box.page_count, box.member_count) == (Status.READY, 0, 3)
    assert list(outcomes(box)) == [f"{n + 1:04d} Письмо {n}.eml" for n in range(3)]
    assert set(Document.objects.filter(mime_type="message/rfc822").values_list("message_id")) == {
        ("0@x",), ("1@x",), ("2@x",)
    }  # fmt: skip
    assert Document.objects.filter(mime_type="application/pdf").count() == 3


def test_the_files_of_a_pdf_in_every_place_once(user: User, renderer: Renderer) -> None:
    pdf = pikepdf.open(io.BytesIO(make_pdf({"factur-x.xml": b"<?xml version='1.0'?><a/>"})))
    stream = pdf.make_stream(PDF + b"annotation")
    specification = pikepdf.Dictionary(
        Type=pikepdf.Name.Filespec, F="note.pdf", UF="заметка.pdf",
        EF=pikepdf.Dictionary(F=stream, UF=stream),
    )  # fmt: skip
    attached = pdf.make_indirect(specification)
    pdf.pages[0].obj.Annots = pikepdf.Array(
        [pikepdf.Dictionary(Subtype=pikepdf.Name.FileAttachment, FS=attached, Rect=[0, 0, 9, 9])]
    )
    pdf.Root.AF = pikepdf.Array([attached])
    out = io.BytesIO()
    pdf.save(out)
    invoice = send(user, out.getvalue(), "invoice.pdf")
    prepare_all(renderer)

    invoice.refresh_from_db()
    assert (invoice.status, invoice.page_count) == (Status.PROCESSING, 1)
    assert outcomes(invoice) == {
        "factur-x.xml": (MemberOutcome.REFUSED, "unsupported-file-type"),
        "заметка.pdf": (MemberOutcome.CREATED, ""),
    }


def test_a_pdf_that_carries_a_bomb_is_read_without_it(user: User, renderer: Renderer) -> None:
    letter = send(user, make_pdf({"bomb.pdf": b"%PDF-1.4 " + bytes(30_000_000)}), "a.pdf")
    with mock.patch.object(unpacking, "FREE_BYTES", 2**20):
        prepare_all(renderer)

    letter.refresh_from_db()
    assert (letter.status, letter.page_count) == (Status.PROCESSING, 1)
    assert [code for _, code in outcomes(letter).values()] == ["unpacks-too-much"]


def read_all() -> None:
    while (claim := claim_page(ClaimOwner("one:ocr:0", uuid.uuid4()))) is not None:
        record_reading(claim, make_layout("read"), engine="tesseract", engine_version="5")


def send_as_before(user: User, renderer: Renderer) -> Document:
    """A PDF that was read when nothing was taken out of one."""
    old = send(user, make_pdf({"inner.txt": b"text", "table.exe": b"MZ\x90\x00"}), "old.pdf")
    with mock.patch("ocr_worker.pipeline.take_attachments"):
        prepare_all(renderer)
    read_all()
    prepare_all(renderer)
    old.refresh_from_db()
    assert (old.status, old.members.count()) == (Status.READY, 0)
    return old


def test_a_pdf_read_before_gets_its_files_when_it_is_read_again(
    user: User, renderer: Renderer
) -> None:
    old = send_as_before(user, renderer)
    for _ in range(2):  # nothing comes twice
        reprocess(old.id, actor=user)
        read_all()
        prepare_all(renderer)  # the file is opened, and the results are assembled

        old.refresh_from_db()
        assert (old.status, old.pages_done, old.member_count) == (Status.READY, 1, 1)
        assert outcomes(old) == {
            "inner.txt": (MemberOutcome.CREATED, ""),
            "table.exe": (MemberOutcome.REFUSED, "unsupported-file-type"),
        }
    assert Document.objects.filter(filename="inner.txt").count() == 1


def test_only_some_pages_read_again_do_not_open_the_file(user: User, renderer: Renderer) -> None:
    old = send_as_before(user, renderer)
    reprocess(old.id, actor=user, pages=[1])

    old.refresh_from_db()
    assert old.task == Task.NONE


def test_reading_again_that_is_stopped_at_once_ends(user: User, renderer: Renderer) -> None:
    old = send_as_before(user, renderer)
    reprocess(old.id, actor=user)
    cancel(old.id, actor=user)
    prepare_all(renderer)

    old.refresh_from_db()
    assert (old.status, old.pages_failed, old.member_count) == (Status.FAILED, 1, 1)
