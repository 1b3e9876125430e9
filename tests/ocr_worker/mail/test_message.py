"""Messages as programs and attackers write them: what is said, what is attached, and no crash."""

from __future__ import annotations

import base64

import pytest

from ocr_worker.mail.charsets import decode
from ocr_worker.mail.headers import Header
from ocr_worker.mail.mbox import Mailbox
from ocr_worker.mail.message import CUT, ENCRYPTED, SIGNATURE, Message, read_cms, read_mime
from ocr_worker.mail.mime import MOST_DEEP, MOST_PARTS
from tests.letters import HTML, forward, make_letter


def attached(message: Message) -> dict[str, bytes]:
    return {each.name: b"".join(each.blocks()) for each in message.attachments}


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("windows-1251", "cp1251"), ("Windows_1251", "cp1251"), ("win-1251", "cp1251"),
        ("CP-1251", "cp1251"), ("KOI8-R", "koi8-r"), ("koi8r", "koi8-r"), ("utf8", "utf-8"),
        ("UTF_8", "utf-8"), ("x-mac-cyrillic", "mac-cyrillic"), ("ibm866", "cp866"),
        ("iso-8859-5", "iso8859-5"), ("utf-16", "utf-16"),
        # Named wrongly, or not at all: the bytes show it.
        ("us-ascii", "cp1251"), ("iso-8859-1", "koi8-r"), ("windows-1251", "utf-8"),
        ("", "cp1251"), ("no-such-charset", "utf-8"), ("base64", "utf-8"),
    ],
)  # fmt: skip
def test_a_text_is_read_in_whatever_encoding_it_is(charset: str, encoding: str) -> None:
    text = "Добрый день, направляем договор поставки"

    assert decode(text.encode(encoding), charset) == text


@pytest.mark.parametrize(
    "field",
    [
        "attachment; filename*0*=koi8-r''%C4%CF%C7;\r\n filename*1*=%CF%D7%CF%D2;"
        "\r\n filename*2=.pdf",
        "attachment; filename*=UTF-8''%D0%B4%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80.pdf",
        'attachment; filename="=?koi8-r?B?xM/Hz9fP0i5wZGY=?="',
        "attachment; filename==?utf-8?Q?=D0=B4=D0=BE=D0=B3=D0=BE=D0=B2=D0=BE=D1=80=2Epdf?=",
        'attachment;\r\n\tfilename="договор.pdf"',
        # A letter cut in two by two words.
        'attachment; filename="=?utf-8?B?0LTQvtCz0L7Qstw=?= =?utf-8?B?0YA=?="; '
        "filename*=utf-8''%D0%B4%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80.pdf",
    ],
    ids=["pieces", "extended", "word", "bare word", "raw", "both"],
)
def test_names_of_files_are_read_in_every_spelling(field: str) -> None:
    header = Header(f"Content-Disposition: {field}\r\n".encode())

    if field.count("filename") == 2 and "*=" in field:
        assert header.parameter("content-disposition", "filename").startswith("догов")
    else:
        assert header.parameter("content-disposition", "filename") == "договор.pdf"


def test_a_letter_that_two_encoded_words_cut_in_two_is_whole() -> None:
    word = "Привет".encode()
    pieces = (base64.b64encode(each).decode() for each in (word[:3], word[3:]))
    value = " ".join(f"=?UTF-8?b?{piece}?=" for piece in pieces)

    assert Header(f"Subject: {value} мир".encode()).text("subject") == "Привет мир"


def test_a_header_can_put_nothing_into_a_name_or_a_line() -> None:
    header = Header(b"Subject: =?utf-8?Q?a=0D=0ABcc=3A_x=E2=80=AE=00b?=\r\nTo: y\r\n")

    assert header.text("subject") == "a Bcc: xb"
    assert header.text("bcc") == ""


def test_head_body_pictures_and_attachments_of_a_letter() -> None:
    letter = make_letter({"Договор № 17.docx": b"word", "счёт.pdf": b"%PDF"}, html=HTML)
    message = read_mime(letter)

    assert message.sender == "Иван Петров <ivan@supplier.example>"
    assert message.to == "Закупки <buy@example.org>, Анна <anna@example.org>"
    assert (message.subject, message.message_id) == ("Договор поставки № 17", "17@letters")
    assert message.date is not None
    assert message.date.isoformat() == "2026-11-27T10:15:00+03:00"
    assert [body.is_html for body in message.bodies] == [True]
    assert list(message.pictures) == ["logo@letters"]
    assert attached(message) == {"Договор № 17.docx": b"word", "счёт.pdf": b"%PDF"}


def test_a_message_in_a_message_is_a_file_called_by_its_subject() -> None:
    inner = make_letter(subject="Внутри: письмо/первое")
    message = read_mime(forward(inner))

    assert attached(message) == {"Внутри письмо первое.eml": inner}


def test_signatures_are_told_from_files_and_encrypted_messages_say_so() -> None:
    signed = (
        b"From: a@b\nContent-Type: multipart/signed; boundary=x\n\n--x\n\nhello\n--x\n"
        b"Content-Type: application/pkcs7-signature; name=smime.p7s\n"
        b"Content-Transfer-Encoding: base64\n\nMIIB\n--x--\n"
    )
    message = read_mime(signed)
    assert [(each.name, each.note) for each in message.attachments] == [("smime.p7s", SIGNATURE)]
    assert message.bodies[0].text == "hello"

    enveloped = base64.encodebytes(bytes.fromhex("308006092a864886f70d010703a0800000"))
    encrypted = read_mime(
        b"From: a@b\nContent-Type: application/pkcs7-mime; name=smime.p7m\n"
        b"Content-Transfer-Encoding: base64\n\n" + enveloped
    )
    assert encrypted.notes == [ENCRYPTED]
    assert [each.note for each in encrypted.attachments] == [ENCRYPTED]


def test_what_is_signed_as_a_whole_is_opened() -> None:
    def value(tag: int, content: bytes) -> bytes:
        return bytes([tag, 0x82]) + len(content).to_bytes(2, "big") + content

    data, oid = bytes.fromhex("06092a864886f70d010701"), bytes.fromhex("06092a864886f70d010702")
    octets = value(0x24, value(4, b"From: a@b\nSubject: in") + value(4, b"side\n\nhello"))
    holder = value(0x30, data + value(0xA0, octets))
    signed = value(0x30, b"\x02\x01\x01" + value(0x31, b"") + holder)
    message = read_cms(value(0x30, oid + value(0xA0, signed)))

    assert (message.subject, message.bodies[0].text) == ("inside", "hello")


def test_messages_of_a_mailbox_and_no_line_of_a_text_taken_for_one() -> None:
    first = b"Subject: one\n\n>From here on\nFrom our side\nbody\n"
    box = Mailbox(
        b"From a@b Fri Nov 27 10:00:00 2026\n" + first
        + b"\nFrom c@d Fri Nov 27 11:00:00 2026\nSubject: two\n\nbody\n"
    )  # fmt: skip

    assert box.place(2) is None
    assert [box.name(0), box.name(1)] == ["0001 one.eml", "0002 two.eml"]
    assert b"".join(box.blocks(0)).rstrip() == first.replace(b">From", b"From").rstrip()


def nest(depth: int) -> bytes:
    message = b"Content-Type: text/plain\n\ndeepest\n"
    for level in range(depth):
        mark = b"b%d" % level
        message = (
            b"Content-Type: multipart/mixed; boundary=" + mark
            + b"\n\n--" + mark + b"\n" + message + b"\n--" + mark + b"--\n"
        )  # fmt: skip
    return b"From: a@b\n" + message


HOSTILE = {
    "a thousand multiparts in each other": nest(1000),
    "parts without end": b"From: a@b\nContent-Type: multipart/mixed; boundary=x\n\n"
    + b"--x\n\na\n" * 100_000,
    "messages in messages": b"From: a@b\nContent-Type: message/rfc822\n\n" * 1000,
    "a header without end": b"From: a@b\nX-A: " + b"QUJD" * 2_000_000,
    "an endless parameter": b"From: a@b\nContent-Type: multipart/mixed; " + b'a="' * 500_000,
    "an empty boundary": b'From: a@b\nContent-Type: multipart/mixed; boundary=""\n\n----\n',
    "words without end": b"Subject: " + b"=?utf-8?b?QQ==?= " * 50_000,
    "a part that is never closed": b"From: a@b\nContent-Type: multipart/mixed; boundary=x\n\n--x",
    "no header": b"\n\nhello",
    "nulls": b"From: a\0@b\nSubject: \0\n\n\0",
    "bad base64": b"From: a@b\nContent-Transfer-Encoding: base64\n\n=====!!A",
    "bad uuencode": b"From: a@b\nContent-Transfer-Encoding: uuencode\n\nbegin 644 x\n\xff\xff\n",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_hostile_messages_end_as_messages(content: bytes) -> None:
    message = read_mime(content)

    assert len(message.attachments) + len(message.bodies) <= MOST_PARTS
    for each in message.attachments:
        sum(map(len, each.blocks()))


def test_what_lies_behind_the_limits_is_told_or_kept_as_it_is() -> None:
    assert CUT in read_mime(HOSTILE["parts without end"]).notes
    (deepest,) = attached(read_mime(nest(1000))).values()
    assert f"--b{999 - MOST_DEEP}".encode() in deepest
    assert b"deepest" in deepest
