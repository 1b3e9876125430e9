"""Pages without rules drawn by code: words in columns that make a table, and such as make none."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw, ImageFont

from tests.ocr_worker.tables.drawn_tables import find_font

#: px of a drawn page, A4 at 200 dpi, and of its print, 10 point.
_WIDTH, _HEIGHT, _SIZE = 1653, 2339, 28

_PROSE = {
    "en": "the parties agree that goods are delivered within ten days after the order was "
    "confirmed and paid for by the buyer who may refuse what does not meet the terms of this "
    "contract and send it back at the cost of the supplier unless both have agreed otherwise",
    "ru": "стороны договорились о том что товар поставляется в течение десяти дней после оплаты "
    "счёта покупателем который вправе отказаться от того что не отвечает условиям договора и "
    "вернуть его за счёт поставщика если стороны заранее не условились об ином порядке",
}

#: A column: its x, and whether its cells end there ("r"), have their middle there or begin there.
Column = tuple[int, str]


class Sheet:
    """A page that is written on from the top."""

    def __init__(self, size: int = _SIZE) -> None:
        self.image = Image.new("L", (_WIDTH, _HEIGHT), 255)
        self._draw = ImageDraw.Draw(self.image)
        self.font: ImageFont.FreeTypeFont | ImageFont.ImageFont = find_font(size)
        self.y = 160
        self._size = size

    def line(self, text: str, x: int = 150, align: str = "l") -> None:
        anchor = {"l": "la", "r": "ra", "c": "ma"}[align]
        self._draw.text((x, self.y), text, fill=0, font=self.font, anchor=anchor)

    def next(self, lines: float = 1.0) -> None:
        self.y += round(1.4 * self._size * lines)

    def rows(
        self, columns: Sequence[Column], rows: Sequence[Sequence[str]], step: float = 1.0
    ) -> None:
        """Cells with line breaks in them have several lines."""
        for row in rows:
            for number in range(max(text.count("\n") for text in row) + 1):
                for (x, align), text in zip(columns, row, strict=True):
                    parts = text.split("\n")
                    if number < len(parts) and parts[number]:
                        self.line(parts[number], x, align)
                self.next()
            self.next(step - 1)

    def prose(self, language: str, x: int = 150, right: int = 1500, lines: int = 8) -> None:
        words = _PROSE[language].split()
        at = random.Random(x + right).randrange(len(words))  # nosec B311
        for _ in range(lines):
            text = words[at % len(words)]
            while True:
                longer = f"{text} {words[(at + 1) % len(words)]}"
                at += 1
                if self._draw.textlength(longer, font=self.font) > right - x:
                    break
                text = longer
            self.line(text, x)
            self.next()


def page(draw: Callable[[Sheet], None], size: int = _SIZE) -> Image.Image:
    sheet = Sheet(size)
    draw(sheet)
    return sheet.image.crop((0, 0, _WIDTH, sheet.y + 160))


PRICES = [
    ["Наименование", "Ед.", "Цена, руб."],
    ["Бумага офисная А4", "пач.", "412,00"],
    ["Папка-регистратор", "шт.", "96,50"],
    ["Скрепки канцелярские", "кор.", "38,00"],
    ["Карандаш чёрный", "шт.", "14,20"],
    ["Стол письменный", "шт.", "12 400,00"],
]
INVOICE = [
    ["Item", "Description", "Qty", "Unit price", "Amount"],
    ["1", "Ball valve, brass", "12", "18.40", "220.80"],
    ["2", "Rubber gasket for\nflanged pipes", "40", "0.95", "38.00"],
    ["3", "Centrifugal pump", "2", "1,240.00", "2,480.00"],
    ["4", "Steel cable", "150", "3.10", "465.00"],
]
STOCKS = [
    ["Region", "2023", "2024", "Change"],
    ["North", "1,204", "1,310", "+8.8%"],
    ["South", "980", "870", "-11.2%"],
    ["East", "2,411", "2,405", "-0.2%"],
    ["West", "310", "402", "+29.7%"],
    ["Total", "4,905", "4,987", "+1.7%"],
]
MENU = [
    ["Суп грибной", "240"],
    ["Салат с тунцом", "410"],
    ["Котлета по-киевски", "380"],
    ["Чай чёрный", "90"],
    ["Морс ягодный", "120"],
    ["Пирог с яблоками", "185"],
]
TRAINS = [
    ["Поезд", "Станция", "Прибытие", "Отправление"],
    ["016А", "Тверь", "10:42", "10:44"],
    ["752Б", "Клин", "09:15", "09:16"],
    ["088В", "Бологое", "12:03", "12:31"],
    ["204Г", "Волхов", "08:20", "08:25"],
]
MEASURED = [
    ["1997", "12.4", "0.31"],
    ["1995", "11.9", "0.29"],
    ["2003", "14.0", "0.44"],
    ["2001", "13.2", "0.37"],
]


def _with_text(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], language: str, step: float = 1.0
) -> Callable[[Sheet], None]:
    def draw(sheet: Sheet) -> None:
        sheet.prose(language, lines=4)
        sheet.next()
        sheet.rows(columns, rows, step)
        sheet.next()
        sheet.prose(language, lines=4)

    return draw


#: Pages with one table each: how it is drawn, and its cells.
TABLES: dict[str, tuple[Callable[[Sheet], None], list[list[str]]]] = {
    "price list": (_with_text([(150, "l"), (760, "l"), (1300, "r")], PRICES, "ru"), PRICES),
    "invoice": (
        _with_text([(150, "l"), (260, "l"), (900, "r"), (1150, "r"), (1450, "r")], INVOICE, "en"),
        INVOICE,
    ),
    "figures by year": (
        _with_text([(150, "l"), (640, "r"), (900, "r"), (1160, "r")], STOCKS, "en", 1.8),
        STOCKS,
    ),
    "menu": (_with_text([(300, "l"), (1300, "r")], MENU, "ru", 1.5), MENU),
    "times": (_with_text([(150, "l"), (400, "l"), (850, "c"), (1250, "c")], TRAINS, "ru"), TRAINS),
    "numbers alone": (_with_text([(420, "c"), (820, "c"), (1220, "c")], MEASURED, "en"), MEASURED),
}


def _columns_of_prose(sheet: Sheet) -> None:
    top = sheet.y
    sheet.prose("en", 150, 780, lines=12)
    sheet.y = top
    sheet.prose("en", 880, 1500, lines=12)


def _names(sheet: Sheet) -> None:
    names = [
        "Иванов А. П.",
        "Петрова В. С.",
        "Орлов К. Н.",
        "Зайцева М. И.",
        "Белов Д. Д.",
        "Лосева Е. О.",
    ]
    rows = [[f"{at}. {name}", f"{at + 5}. {name}"] for at, name in enumerate(names, 1)]
    sheet.rows([(150, "l"), (850, "l")], rows)


def _parties(sheet: Sheet) -> None:
    sheet.prose("ru", lines=5)
    sheet.next()
    sheet.rows(
        [(150, "l"), (850, "l")],
        [
            ["Поставщик", "Покупатель"],
            ["ООО «Волна»", "АО «Север»"],
            ["125009, г. Москва,", "190000, г. Санкт-Петербург,"],
            ["ул. Тверская, д. 7", "Невский пр., д. 28, оф. 4"],
            ["ИНН 7701234567", "ИНН 7812345678"],
            ["р/с 40702810900000001234", "р/с 40702810100000004321"],
            ["БИК 044525225", "БИК 044030653"],
            ["____________ И. И. Орлов", "____________ С. П. Белов"],
        ],
    )


def _contents(sheet: Sheet) -> None:
    titles = ["Introduction", "Methods", "Results", "Discussion", "Index"]
    rows = [[str(at), title, str(7 * at * at)] for at, title in enumerate(titles, 1)]
    sheet.line("Contents")
    sheet.next(1.5)
    sheet.rows([(150, "l"), (230, "l"), (1450, "r")], rows)


def _dialogue(sheet: Sheet) -> None:
    for number in range(5):
        sheet.line(("JUDGE", "COUNSEL")[number % 2], 150)
        sheet.prose("en", 420, 1500, lines=3)
        sheet.next(0.4)


def _form(sheet: Sheet) -> None:
    sheet.rows(
        [(150, "l"), (700, "l")],
        [
            ["Фамилия, имя", "Орлова Анна Петровна"],
            ["Дата рождения", "12.05.1988"],
            ["Табельный номер", "20417"],
            ["Подразделение", "Отдел снабжения"],
            ["Оклад, руб.", "84 500,00"],
            ["Дата приёма", "01.02.2019"],
        ],
        1.4,
    )


def _labels(sheet: Sheet) -> None:
    sheet.rows(
        [(150, "l"), (700, "r")],
        [["Заказ:", "1204"], ["Вес:", "12,5"], ["Мест:", "4"], ["К оплате:", "380,00"]],
    )


def _rising(sheet: Sheet) -> None:
    rows = [["Скрепки", "38"], ["Папка", "96"], ["Бумага", "412"], ["Стул", "4100"]]
    sheet.rows([(150, "l"), (1300, "r")], rows, 1.3)


def _numbered(sheet: Sheet) -> None:
    for number in range(1, 7):
        sheet.line(f"{number}.", 150)
        sheet.prose("ru", 260, 1500, lines=2)


#: Pages whose words line up, too, and make no table.
OTHERS: dict[str, Callable[[Sheet], None]] = {
    "columns of prose": _columns_of_prose,
    "names": _names,
    "parties of a contract": _parties,
    "contents": _contents,
    "dialogue": _dialogue,
    "form": _form,
    "labels": _labels,
    "rising prices": _rising,
    "numbered paragraphs": _numbered,
}
