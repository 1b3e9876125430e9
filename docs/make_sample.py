"""Draws documents/web/sample.pdf: the document with which an administrator tries the archive.

    python docs/make_sample.py

A letter of two pages in Russian and English, drawn as a scanner would see it: pictures without a
text layer, a little askew and grey. Needs the fonts of Debian's fonts-dejavu-core.
"""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

TARGET = Path(__file__).parent.parent / "documents" / "web" / "sample.pdf"
FONTS = Path("/usr/share/fonts/truetype/dejavu")
#: A4 at 130 dpi, px.
WIDTH, HEIGHT, DPI = 1075, 1520, 130

RUSSIAN = """\
ООО «Северный архив»
190000, Санкт-Петербург, наб. реки Мойки, д. 12

Исх. № 204/К от 14 марта 2026 г.

Уважаемые коллеги!

Это письмо создано для первого знакомства
с программой. Оно выглядит как скан: на странице
нет текстового слоя, и прочитать её можно только
по изображению.

Попробуйте найти в поиске слово «договоры» или
номер 4411-БП: программа знает формы слов
и показывает место на странице.

Счёт          Дата            Сумма
4411-БП       02.03.2026      18 450,00 руб.
4412-БП       09.03.2026       7 200,50 руб.
4415-БП       12.03.2026     103 999,99 руб.

По договору поставки № 77 от 1 февраля 2026 года
оплата производится в течение десяти дней.

С уважением,
главный архивист                      А. П. Ершова
"""

ENGLISH = """\
Northern Archive Ltd
12 Moika Embankment, Saint Petersburg

Our reference 204/K, 14 March 2026

Dear colleagues,

The second page of this letter is in English. Both
languages are read at once, whatever a page has.

Things to try with this document:

1. Search for "invoices": the hit is drawn on the page.
2. Correct a word, then look at the history.
3. Approve the document, or reject it with a reason.
4. Download the text, or a searchable PDF.
5. Move it to the trash, and take it out again.

The total of all invoices named on the first page is
129,650.49 roubles.

Yours faithfully,
Anna Ershova
"""


def draw(text: str, seed: int) -> Image.Image:
    """A page: 8-bit grey, WIDTH x HEIGHT px."""
    noise = random.Random(seed)  # noqa: S311 # the same picture each time
    page = Image.new("L", (WIDTH, HEIGHT), 247)
    pen = ImageDraw.Draw(page)
    y = 110
    for number, line in enumerate(text.splitlines()):
        if number == 0:
            name, size = "DejaVuSerif-Bold.ttf", 30
        elif line.endswith(("руб.", "Сумма")):
            name, size = "DejaVuSansMono.ttf", 22
        else:
            name, size = "DejaVuSerif.ttf", 25
        font = ImageFont.truetype(str(FONTS / name), size)
        pen.text((115, y), line, fill=noise.randint(30, 55), font=font)
        y += 46
    page = page.rotate(noise.uniform(-0.5, 0.5), Image.Resampling.BICUBIC, fillcolor=247)
    return page.filter(ImageFilter.GaussianBlur(0.5))


def main() -> None:
    first, second = draw(RUSSIAN, 1), draw(ENGLISH, 2)
    first.save(
        TARGET, save_all=True, append_images=[second], resolution=DPI, quality=55,
        title="Sample", producer="", creationDate=None, modDate=None,
    )  # fmt: skip


if __name__ == "__main__":
    main()
