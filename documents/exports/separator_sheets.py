"""Separator sheets to print: a PDF of A4 pages with a QR code and, for people, what it says.

Laid before the first sheet of each document in a scanner's feeder, they tell where the next one
begins (`documents.text.split`). Drawn here from words of our own; no uploaded byte is opened.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from pathlib import Path

import zxingcpp
from PIL import Image, ImageDraw, ImageFont

from documents.errors import InvalidRequest
from documents.messages import Message
from documents.text.split import Sheet, write_sheet

#: Sheets of one PDF, and characters of the code on it: what a worn print still gives back.
MOST_SHEETS, MOST_CHARACTERS = 100, 600

#: A4 in points, and in px at 200 dpi.
_PAGE, _SIZE = (595.28, 841.89), (1654, 2339)
#: Px: the side of the code, 9 cm; the margin; the least height of letters.
_CODE, _MARGIN, _SMALL = 709, 150, 34

#: Where systems keep a font with Cyrillic letters.
_FONTS = (
    "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf",
    "/usr/share/fonts/truetype/liberation2/LiberationSans-Bold.ttf",
    "/usr/share/fonts/liberation-sans/LiberationSans-Bold.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf",
    "/Library/Fonts/Arial Bold.ttf",
)

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def make_separator_sheets(sheet: Sheet, *, team_name: str, count: int) -> bytes:
    """The PDF of `count` equal sheets. `team_name`: for people.

    Raises InvalidRequest where the tags and the title are too long for a code.
    """
    code = write_sheet(sheet)
    if len(code) > MOST_CHARACTERS:
        message = Message("The tags and the title are too long for a sheet: leave some out.")
        raise InvalidRequest.for_field("tags", message)
    return _write_pdf(_draw(code, sheet, team_name), count)


def _draw(code: str, sheet: Sheet, team_name: str) -> Image.Image:
    page = Image.new("1", _SIZE, 1)
    draw = ImageDraw.Draw(page)
    draw.rectangle((60, 60, _SIZE[0] - 60, _SIZE[1] - 60), outline=0, width=8)
    y = 170
    for russian, english, size in (
        ("РАЗДЕЛИТЕЛЬНЫЙ ЛИСТ", "SEPARATOR SHEET", 92),
        ("За ним начинается следующий документ", "The next document begins behind it", 44),
    ):
        for text in _in_letters_of(_find_font(), russian, english):
            y = _write_centred(draw, text, y, size)
        y += 30
    square = _draw_code(code)
    page.paste(square, ((_SIZE[0] - square.width) // 2, y + 20))
    y += square.height + 90
    for russian, english, value in (
        ("Команда", "Team", team_name),
        ("Метки", "Tags", ", ".join(sheet.tags)),
        ("Название", "Title", sheet.title),
    ):
        if value:
            label = " / ".join(_in_letters_of(_find_font(), russian, english))
            y = _write_centred(draw, label, y, _SMALL)
            y = _write_centred(draw, value, y, 64) + 20
    return page


def _draw_code(code: str) -> Image.Image:
    made = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode, ec_level="Q")
    modules = made.to_image(scale=1)
    height, width = modules.shape
    bits = bytes(memoryview(modules))  # type: ignore[arg-type] # it is a buffer
    square = Image.frombytes("L", (width, height), bits).convert("1")
    scale = max(1, _CODE // width)
    return square.resize((width * scale, height * scale), Image.Resampling.NEAREST)


def _write_centred(draw: ImageDraw.ImageDraw, text: str, y: int, size: int) -> int:
    """Smaller where it is too long for a line; cut where that is too small. Where the next goes."""
    room = _SIZE[0] - 2 * _MARGIN
    while size > _SMALL and draw.textlength(text, _load_font(size)) > room:
        size -= 2
    font = _load_font(size)
    if draw.textlength(text, font) > room:
        while text and draw.textlength(f"{text}…", font) > room:
            text = text[:-1]
        text = f"{text}…"
    draw.text(((_SIZE[0] - draw.textlength(text, font)) / 2, y), text, fill=0, font=font)
    return y + round(size * 1.35)


def _in_letters_of(font: str, russian: str, english: str) -> list[str]:
    """Pillow's own font has no Cyrillic letters."""
    return [russian, english] if font else [english]


@lru_cache(maxsize=1)
def _find_font() -> str:
    return next((name for name in _FONTS if Path(name).is_file()), "")


@lru_cache(maxsize=64)
def _load_font(size: int) -> Font:
    name = _find_font()
    if not name:
        return ImageFont.load_default(size)
    # The other layout fails for some characters, and team, tags and title may have any.
    return ImageFont.truetype(name, size, layout_engine=ImageFont.Layout.BASIC)


def _write_pdf(page: Image.Image, count: int) -> bytes:
    """Every page shows the one picture, of one bit a pixel."""
    data = zlib.compress(page.tobytes(), 9)
    content = b"q %.2f 0 0 %.2f 0 0 cm /S Do Q" % _PAGE
    kids = b" ".join(b"%d 0 R" % number for number in range(5, 5 + count))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 1"
        b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
        % (page.width, page.height, len(data), data),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        *(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents 4 0 R"
            b"/Resources<</XObject<</S 3 0 R>>>>>>" % _PAGE
            for _ in range(count)
        ),
    ]
    pdf = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(pdf)
    pdf += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    pdf += b"".join(b"%010d 00000 n \n" % place for place in places)
    pdf += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(pdf)
