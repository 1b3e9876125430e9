"""A stack of sheets becomes its documents, each exactly once, and can be cut again or undone."""

from __future__ import annotations

import io
import uuid
from collections.abc import Sequence
from typing import Any
from unittest import mock

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from documents.actions.claim_task import claim_task
from documents.actions.split_stack import cut_stack, join_stack
from documents.actions.store_part import store_part
from documents.actions.upload import upload
from documents.errors import InvalidRequest, StorageFull
from documents.files.storage import original_file
from documents.files.upload_staging import stage
from documents.models import Document, OriginKind, PageStatus, Role, Stack, Status, User
from documents.text.split import Sheet, write_sheet
from ocr_worker import stacks
from ocr_worker.pipeline import run_task
from ocr_worker.rendering import Renderer
from tests.factories import make_team, make_user
from tests.ocr_worker.files import ENGLISH, font, picture

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SIZE = (827, 1169)  # A4 at 100 dpi


@pytest.fixture
def user(db: None) -> User:
    return make_user(team=make_team())


def written(text: str) -> Image.Image:
    page = picture([text, *ENGLISH], width=SIZE[0], height=SIZE[1])
    ImageDraw.Draw(page).text((60, 900), text, fill=0, font=font(90))
    return page


def blank() -> Image.Image:
    return Image.new("L", SIZE, 250)


def sheet(text: str, kind: Any = zxingcpp.BarcodeFormat.QRCode) -> Image.Image:
    code = zxingcpp.create_barcode(text, kind).to_image(scale=1)
    height, width = code.shape
    bits = Image.frombytes("L", (width, height), bytes(memoryview(code)))  # type: ignore[arg-type]
    scale = 500 // width
    page = Image.new("L", SIZE, 255)
    square = height == width
    page.paste(
        bits.resize((width * scale, height * scale if square else 120), Image.Resampling.NEAREST),
        (150, 200),
    )
    return page


def tiff(pages: Sequence[Image.Image]) -> bytes:
    target = io.BytesIO()
    pages[0].save(
        target, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw",
        dpi=(100, 100),
    )  # fmt: skip
    return target.getvalue()


def send(user: User, pages: Sequence[Image.Image], split: str, **fields: Any) -> Document:
    return upload(user, stage([tiff(pages)]), "stack.tif", split=split, **fields).document


def work(renderer: Renderer) -> None:
    """Every stack that waits."""
    while True:
        Document.objects.exclude(stack__isnull=False).update(task="")
        claim = claim_task()
        if claim is None:
            return
        run_task(claim, renderer)


def parts(stack: Document) -> list[str]:
    return [member.pages for member in stack.members.all()]


def part(stack: Document, pages: str) -> Document:
    id_ = stack.members.get(pages=pages).document
    assert id_ is not None
    return Document.objects.get(id=id_)


def test_a_stack_is_cut_at_blank_pages_and_kept(user: User, renderer: Renderer) -> None:
    stack = send(
        user, [written("one"), written("two"), blank(), blank(), written("three")], "blank",
        tags=["inbox"], language="en",
    )  # fmt: skip
    work(renderer)

    stack.refresh_from_db()
    assert (stack.status, stack.page_count, stack.pages_skipped) == (Status.READY, 5, 5)
    assert parts(stack) == ["1-2", "5"]
    first = part(stack, "1-2")
    assert (first.filename, first.origin_kind) == ("stack (1-2).pdf", OriginKind.STACK)
    assert (first.created_by, first.language) == (user, "en")
    assert [tag.name for tag in first.tags.all()] == ["inbox"]
    assert not stack.pages.exclude(status=PageStatus.SKIPPED).exists()


def test_a_sheet_files_its_part_where_the_uploader_may_write(
    user: User, renderer: Renderer
) -> None:
    """A forged sheet names a team that is not the uploader's: its part stays with the stack."""
    own, foreign, read_only = make_team("Own"), make_team("Foreign"), make_team("Read only")
    user.memberships.create(team=own, role=Role.REVIEWER)
    user.memberships.create(team=read_only, role=Role.READER)
    home = user.memberships.order_by("pk")[0].team

    def of(team: uuid.UUID, *tags: str) -> Image.Image:
        return sheet(write_sheet(Sheet(str(team), tags, "Дело 5")))

    stack = send(
        user,
        [
            of(own.id, "договор"), written("a"),
            of(foreign.id), written("b"), of(read_only.id), written("c"),
        ],
        "separator",
        team_id=home.id,
    )  # fmt: skip
    work(renderer)

    filed = part(stack, "2")
    assert (filed.team, filed.title) == (own, "Дело 5")
    assert [tag.name for tag in filed.tags.all()] == ["договор"]
    assert {part(stack, "4").team, part(stack, "6").team} == {home}


def test_a_bar_code_with_the_prefix_separates_and_another_does_not(
    user: User, renderer: Renderer
) -> None:
    code128 = zxingcpp.BarcodeFormat.Code128
    pages = [written("a"), sheet("BATCH-7", code128), written("b"), sheet("4711", code128)]
    stack = send(user, pages, "separator:BATCH-")
    work(renderer)
    assert parts(stack) == ["1", "3-4"]


def test_two_sides_scanned_one_after_the_other_become_one_document(
    user: User, renderer: Renderer
) -> None:
    stack = send(user, [written(text) for text in ("1", "3", "4", "2")], "two-sides")
    work(renderer)
    (pages,) = parts(stack)
    assert pages == "1,4,2,3"
    with Renderer() as reader:
        document = part(stack, pages)
        with original_file(document.id, document.filename) as path:
            assert reader.count_pages(path, "application/pdf") == 4


@pytest.mark.postgresql
def test_a_splitting_that_breaks_off_goes_on_without_doubling(
    user: User, renderer: Renderer
) -> None:
    """As after a kill: once before a part is recorded, once after its document was made."""
    stack = send(user, [written(str(number)) for number in range(4)], "count:1")
    calls = []

    def break_off(*arguments: Any) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise StorageFull
        store_part(*arguments)
        if len(calls) == 4:
            stack.members.filter(pages="3").delete()  # its document is there, its row is not
            raise StorageFull

    for _ in range(2):
        with mock.patch.object(stacks, "store_part", break_off):
            claim = claim_task()
            assert claim is not None
            run_task(claim, renderer)
        Document.objects.update(task_lease_expires_at=None)
        Document.objects.exclude(id=stack.id).update(task="")
    work(renderer)

    stack.refresh_from_db()
    assert (stack.status, parts(stack)) == (Status.READY, ["1", "2", "3", "4"])
    assert {member.outcome for member in stack.members.all()} == {"created"}
    assert Document.objects.count() == 5


def test_cuts_by_hand_keep_the_parts_that_stay(user: User, renderer: Renderer) -> None:
    stack = send(user, [written(str(number)) for number in range(6)], "count:2")
    work(renderer)
    kept, changed = part(stack, "1-2"), part(stack, "3-4")

    cut_stack(stack.id, starts={3}, left_out={6}, actor=user)
    work(renderer)
    assert parts(stack) == ["1-2", "3-5"]
    assert part(stack, "1-2") == kept
    changed.refresh_from_db()
    assert changed.is_trashed

    # Back again: what was in the trash is taken out, with all that was read in it.
    cut_stack(stack.id, starts={3, 5}, actor=user)
    work(renderer)
    assert part(stack, "3-4") == changed
    assert not part(stack, "3-4").is_trashed

    with pytest.raises(InvalidRequest):
        cut_stack(stack.id, starts={7}, actor=user)


def test_a_stack_that_is_joined_again_is_read_whole(user: User, renderer: Renderer) -> None:
    stack = send(user, [written(str(number)) for number in range(3)], "count:1")
    work(renderer)
    made = {part(stack, pages).id for pages in parts(stack)}

    join_stack(stack.id, actor=user)
    stack.refresh_from_db()
    assert (stack.status, stack.pages_skipped) == (Status.PROCESSING, 0)
    assert not Stack.objects.exists()
    assert not parts(stack)
    assert set(Document.objects.trashed().values_list("id", flat=True)) == made


def test_what_is_only_separators_says_so(user: User, renderer: Renderer) -> None:
    stack = send(user, [blank(), blank()], "blank")
    work(renderer)
    stack.refresh_from_db()
    assert (stack.status, stack.error_code) == (Status.FAILED, "damaged-file")
    with pytest.raises(InvalidRequest):
        send(user, [written("x")], "sometimes")
