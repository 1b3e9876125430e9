"""A PDF made of pages of files has those pages, their data as they were, and nothing else."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pikepdf
import psutil
import pytest
from PIL import Image, ImageChops, ImageStat
from pytest_django import Settings
from reportlab.pdfgen.canvas import Canvas

from documents import errors
from ocr_worker.rendering import Renderer
from ocr_worker.rendering.assemble import Assembler, SourcePage, assemble
from tests.ocr_worker import files

PDF, JPEG, TIFF = "application/pdf", "image/jpeg", "image/tiff"


@pytest.fixture(scope="module")
def assembler() -> Iterator[Assembler]:
    with Assembler() as assembler:
        yield assembler


Make = Callable[..., pikepdf.Pdf]


@pytest.fixture
def make(assembler: Assembler, tmp_path: Path) -> Make:
    def make(*pages: SourcePage) -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(write(assembler, pages)))

    return make


def write(assembler: Assembler, pages: tuple[SourcePage, ...]) -> bytes:
    with tempfile.TemporaryFile() as target:
        assembler.assemble(pages, target)
        target.seek(0)
        return target.read()


def numbered(path: Path, count: int) -> Path:
    """A PDF whose pages say their number, each with a link to the first page and a text field."""

    def draw(canvas: Canvas) -> None:
        for number in range(1, count + 1):
            canvas.bookmarkPage(f"p{number}")
            canvas.drawString(60, 700, f"Page number {number}")
            canvas.linkAbsolute("first", "p1", (60, 600, 160, 620))
            canvas.acroForm.textfield(name=f"field{number}", value=f"value {number}", x=60, y=500)
            canvas.showPage()

    return files.pdf(path, draw)


def texts(renderer: Renderer, path: Path) -> list[str]:
    found = []
    for number in range(1, renderer.count_pages(path, PDF) + 1):
        layer = renderer.read_text_layer(path, PDF, number)
        assert layer is not None
        found.append(" ".join(word.text for word in layer.words))
    return found


def test_pages_come_in_the_order_that_was_asked_for_and_turned(
    renderer: Renderer, tmp_path: Path
) -> None:
    source = numbered(tmp_path / "a.pdf", 3)
    path = tmp_path / "made.pdf"
    with path.open("wb") as target:
        assemble([SourcePage(source, PDF, 3), SourcePage(source, PDF, 1, 90)], target)
    assert texts(renderer, path) == ["Page number 3 value 3", "Page number 1 value 1"]
    with pikepdf.open(path) as made:
        assert [page.rotation for page in made.pages] == [0, 90]


def test_what_was_left_out_is_not_in_the_file(tmp_path: Path, make: Make) -> None:
    """A link to it and a form that has its fields keep no page alive."""
    source = numbered(tmp_path / "a.pdf", 3)
    with make(SourcePage(source, PDF, 2)) as made:
        pages = [each for each in made.objects if isinstance(each, pikepdf.Dictionary)]
        assert sum(each.get("/Type") == "/Page" for each in pages) == 1
        assert [str(field.fully_qualified_name) for field in made.acroform.fields] == ["field2"]
        contents = b"".join(
            each.read_bytes() for each in made.objects if isinstance(each, pikepdf.Stream)
        )
    assert b"number 2" in contents
    assert b"number 1" not in contents and b"value 3" not in contents


def test_a_hidden_layer_stays_hidden(tmp_path: Path, make: Make) -> None:
    path = files.pdf(tmp_path / "a.pdf", lambda canvas: canvas.drawString(60, 700, "seen"))
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="hidden"))
        pdf.pages[0].obj.Resources.Properties = pikepdf.Dictionary(MC0=layer)
        pdf.Root.OCProperties = pikepdf.Dictionary(
            OCGs=[layer], D=pikepdf.Dictionary(OFF=[layer], Order=[layer])
        )
        pdf.save(path)
    with make(SourcePage(path, PDF, 1)) as made:
        shown = made.pages[0].obj.Resources.Properties.MC0
        assert [each.objgen for each in made.Root.OCProperties.D.OFF] == [shown.objgen]


def test_a_jpeg_goes_in_as_it_is_and_lies_upright(
    renderer: Renderer, tmp_path: Path, make: Make
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = files.saved(
        files.picture(files.ENGLISH), tmp_path / "a.jpg", quality=70, dpi=(200, 200), exif=exif
    )
    with make(SourcePage(path, JPEG, 1)) as made:
        image = made.pages[0].obj.Resources.XObject.Picture
        assert image.read_raw_bytes() == path.read_bytes()
        made.save(tmp_path / "made.pdf")
    drawn = renderer.render_page(tmp_path / "made.pdf", PDF, 1).image
    original = renderer.render_page(path, JPEG, 1).image
    assert drawn.size == original.size
    assert abs(_mean_difference(drawn, original)) < 2


def test_pages_of_a_fax_keep_every_pixel(renderer: Renderer, tmp_path: Path, make: Make) -> None:
    pages = [files.picture([line]).convert("1") for line in files.ENGLISH[:3]]
    path = tmp_path / "a.tif"
    pages[0].save(
        path, save_all=True, append_images=pages[1:], compression="group4", dpi=(200, 200)
    )
    with make(SourcePage(path, TIFF, 3), SourcePage(path, TIFF, 2)) as made:
        made.save(tmp_path / "made.pdf")
        assert [float(page.mediabox[2]) for page in made.pages] == pytest.approx([446.4, 446.4])
        image = made.pages[0].obj.Resources.XObject.Picture
        assert image.Filter == "/CCITTFaxDecode"
    for number, page in ((1, pages[2]), (2, pages[1])):
        drawn = renderer.render_page(tmp_path / "made.pdf", PDF, number).image
        assert drawn.size == page.size
        assert drawn.convert("1").tobytes() == page.tobytes()


def test_pages_of_pdfs_and_images_are_joined(
    renderer: Renderer, tmp_path: Path, make: Make
) -> None:
    pdf = numbered(tmp_path / "a.pdf", 2)
    one = files.saved(files.picture(["one"]), tmp_path / "one.jpg", dpi=(200, 200))
    two = files.saved(files.picture(["two"], width=800), tmp_path / "two.png", dpi=(200, 200))
    with make(
        SourcePage(one, JPEG, 1, 180),
        SourcePage(pdf, PDF, 2),
        SourcePage(two, "image/png", 1),
        SourcePage(pdf, PDF, 1),
    ) as made:
        assert [round(float(page.mediabox[2])) for page in made.pages] == [446, 595, 288, 595]
        assert [page.rotation for page in made.pages] == [180, 0, 0, 0]


def test_the_same_pages_give_the_same_bytes(tmp_path: Path, assembler: Assembler) -> None:
    """What is made twice, after a kill, is one document: it has one content."""
    pdf = numbered(tmp_path / "a.pdf", 2)
    jpeg = files.saved(files.picture(["one"]), tmp_path / "one.jpg")
    pages = (SourcePage(pdf, PDF, 2, 90), SourcePage(jpeg, JPEG, 1))
    assert write(assembler, pages) == write(assembler, pages)
    assert write(assembler, pages[1:]) == write(assembler, pages[1:])


def test_memory_does_not_grow_with_the_size_of_the_pages(
    tmp_path: Path, assembler: Assembler
) -> None:
    """30 pages of 3 MB each: the child holds their objects, never their data."""
    with pikepdf.new() as pdf:
        for number in range(30):
            pdf.add_blank_page(page_size=(595, 842))
            data = number.to_bytes(2, "big") * 1_500_000
            pdf.pages[-1].Resources = pikepdf.Dictionary(
                XObject=pikepdf.Dictionary(I=pdf.make_stream(data))
            )
        pdf.save(tmp_path / "big.pdf", compress_streams=False)
    pages = [SourcePage(tmp_path / "big.pdf", PDF, number) for number in range(1, 31)]
    write(assembler, (pages[0],))
    assert assembler.child_pid is not None
    before = psutil.Process(assembler.child_pid).memory_info().rss
    assert len(write(assembler, tuple(pages))) > 90_000_000
    assert psutil.Process(assembler.child_pid).memory_info().rss < before + 30_000_000


def test_what_can_not_be_made_is_said_and_the_next_is_made(
    tmp_path: Path, assembler: Assembler, settings: Settings
) -> None:
    pdf = numbered(tmp_path / "a.pdf", 2)
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.4 not at all")
    with pytest.raises(errors.DamagedPage, match="no page 3; it has 2"):
        write(assembler, (SourcePage(pdf, PDF, 3),))
    with pytest.raises(errors.DamagedFile):
        write(assembler, (SourcePage(tmp_path / "b.pdf", PDF, 1),))
    with pytest.raises(errors.NoPages):
        write(assembler, ())
    with pytest.raises(errors.OriginalMissing):
        write(assembler, (SourcePage(tmp_path / "gone.pdf", PDF, 1),))
    settings.OCRSITE_MAX_UPLOAD_BYTES = 2000
    with Assembler() as limited, pytest.raises(errors.LimitExceeded, match="larger than"):
        write(limited, (SourcePage(pdf, PDF, 1),))
    assert write(assembler, (SourcePage(pdf, PDF, 1),)).startswith(b"%PDF")


def _mean_difference(one: Image.Image, other: Image.Image) -> float:
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])
