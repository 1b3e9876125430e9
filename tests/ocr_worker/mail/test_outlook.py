"""Outlook's own files: messages, messages in them, and what its server packs up for others."""

from __future__ import annotations

import io
import struct
from datetime import datetime, timedelta, timezone

import pytest

from documents.files.filetypes import MSG
from documents.files.sniff import HEAD_BYTES, sniff
from ocr_worker.mail.message import DRAFT, read_mime
from ocr_worker.mail.outlook import read_outlook
from ocr_worker.mail.rtf import decompress_rtf, text_of_rtf
from ocr_worker.mail.tnef import read_tnef
from tests.outlook import make_msg, message_storage, write_compound

EPOCH = datetime(1601, 1, 1, tzinfo=timezone.utc)

INNER = message_storage(
    subject="Внутреннее", sender=("Анна", "anna@example.org"), to="Иван", body="Текст внутри",
    files=[("схема.png", b"\x89PNG" + bytes(5000))], is_inner=True,
)  # fmt: skip
LETTER = make_msg(
    subject="Договор № 17",
    sender=("Иван Петров", "ivan@supplier.example"),
    to="Закупки; Анна",
    html="<p>Добрый день</p>".encode(),
    headers="Message-ID: <17@outlook>\r\nDate: Fri, 27 Nov 2026 10:15:00 +0300\r\n",
    files=[("договор.pdf", b"%PDF-1.4 " + bytes(9000)), ("мало.txt", b"few")],
    messages=[INNER],
)


def test_head_body_and_attachments_of_an_outlook_message() -> None:
    message = read_outlook(io.BytesIO(LETTER))

    assert sniff(LETTER[:HEAD_BYTES], io.BytesIO(LETTER)) is MSG
    assert message.sender == "Иван Петров <ivan@supplier.example>"
    assert (message.to, message.subject) == ("Закупки; Анна", "Договор № 17")
    assert message.message_id == "17@outlook"
    assert message.date is not None
    assert message.date.isoformat() == "2026-11-27T10:15:00+03:00"
    assert [(body.text, body.is_html) for body in message.bodies] == [("<p>Добрый день</p>", True)]
    assert [(each.name, each.size) for each in message.attachments] == [
        ("договор.pdf", 9009), ("мало.txt", 3), ("Внутреннее.eml", None),
    ]  # fmt: skip
    assert b"".join(message.attachments[1].blocks()) == b"few"


def test_a_message_in_an_outlook_message_is_a_message_of_its_own() -> None:
    outer = read_outlook(io.BytesIO(LETTER))
    inner = read_mime(b"".join(outer.attachments[2].blocks()))

    assert inner.sender == "Анна <anna@example.org>"
    assert (inner.subject, inner.bodies[0].text.strip()) == ("Внутреннее", "Текст внутри")
    (picture,) = inner.attachments
    assert (picture.name, b"".join(picture.blocks())) == ("схема.png", b"\x89PNG" + bytes(5000))


def test_a_draft_says_that_it_is_one_and_when_it_was_written() -> None:
    written = (datetime(2026, 2, 23, 14, 57, tzinfo=timezone.utc) - EPOCH) // timedelta(seconds=1)
    draft = make_msg(
        subject="Черновик", sender=("", ""), to="Анна", body="Добрый день",
        properties=[(0x0E07, 3, 8), (0x3008, 0x40, written * 10**7)],
    )  # fmt: skip
    message = read_outlook(io.BytesIO(draft))

    assert (message.sender, message.notes) == ("", [DRAFT])
    assert message.date == datetime(2026, 2, 23, 14, 57, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("locale", "codec", "name"),
    [(0x0419, "cp1251", "Договор"), (0x0404, "big5", "契約"), (0x0804, "gbk", "合同")],
)
def test_texts_without_a_code_page_are_in_that_of_the_locale(
    locale: int, codec: str, name: str
) -> None:
    storage = dict(
        message_storage(
            subject="", sender=("", ""), to="", body="", properties=[(0x3FF1, 3, locale)]
        )
    )
    del storage["__substg1.0_0037001F"]
    storage["__substg1.0_0037001E"] = name.encode(codec)
    assert read_outlook(io.BytesIO(write_compound(storage))).subject == name


def test_a_place_in_an_exchange_directory_is_no_address() -> None:
    letter = make_msg(
        subject="Отчёт", sender=("Иван", "/O=FIRM/OU=FIRST/CN=RECIPIENTS/CN=IVAN@FIRM"), to="Анна"
    )
    assert read_outlook(io.BytesIO(letter)).sender == "Иван"


@pytest.mark.parametrize("cut", [600, 2000, len(LETTER) // 2, len(LETTER) - 700])
def test_a_cut_file_ends_in_an_error_that_is_caught(cut: int) -> None:
    from ocr_worker.rendering.mail_members import FAILURES

    try:
        message = read_outlook(io.BytesIO(LETTER[:cut]))
        for each in message.attachments:
            b"".join(each.blocks())
    except FAILURES:
        pass


def test_a_text_that_is_kept_as_rtf_only() -> None:
    rtf = (
        b"{\\rtf1\\ansi\\ansicpg1251{\\fonttbl{\\f0 Arial;}}{\\*\\generator x}"
        b"\\'c4\\'ee\\'e1\\'f0\\'fb\\'e9 \\u1076?\\u1077?\\u1085?\\u1100?\\par two}"
    )
    plain = struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf

    assert text_of_rtf(decompress_rtf(plain)) == "Добрый день\ntwo"
    # The example of MS-OXRTFCP 4.1.1.
    packed = (
        b"-\0\0\0+\0\0\0LZFu\xf1\xc5\xc7\xa7\x03\0\n\0rcpg125B2\n\xf3 hel\t\0 bw"
        b"\x05\xb0ld}\n\x80\x0f\xa0"
    )
    assert decompress_rtf(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_the_files_of_winmail_dat() -> None:
    def attribute(level: int, number: int, value: bytes) -> bytes:
        return struct.pack("<BHHI", level, number, 0, len(value)) + value + b"\0\0"

    name = "договор.pdf\0".encode("utf-16-le")
    properties = struct.pack("<IHHII", 1, 0x001F, 0x3707, 1, len(name)) + name
    data = (
        b"\x78\x9f\x3e\x22\x01\x00"
        + attribute(1, 0x9007, struct.pack("<II", 1251, 0))
        + attribute(2, 0x9002, bytes(14))
        + attribute(2, 0x8010, "счёт.pdf\0".encode("cp1251"))
        + attribute(2, 0x800F, b"%PDF-1.4 one")
        + attribute(2, 0x9002, bytes(14))
        + attribute(2, 0x800F, b"%PDF-1.4 two")
        + attribute(2, 0x9005, properties)
        + b"\x02\x0f\x80"
    )

    found = {each.name: b"".join(each.blocks()) for each in read_tnef(data).attachments}
    assert found == {"счёт.pdf": b"%PDF-1.4 one", "договор.pdf": b"%PDF-1.4 two"}
