"""What a message's head says, whoever wrote it, and which rule it fits."""

from __future__ import annotations

import uuid

import pytest

from documents.mailbox.headers import Head, read_head
from documents.mailbox.rules import Rule, choose_rule

TEAM = uuid.uuid4()


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        (b"Subject: plain", "plain"),
        (b"subject: =?utf-8?B?0KHRh9GR0YI=?=\r\n =?utf-8?Q?_=E2=84=96_7?=", "Счёт № 7"),
        (b"Subject: =?windows-1251?B?0fe48g==?= and more", "Счёт and more"),
        ("Subject: Счёт без кодировки".encode(), "Счёт без кодировки"),
        ("Subject: Счёт".encode("cp1251"), "Счёт"),
        (b"Subject: =?nonsense?B?0KHRh9GR0YI=?=", "=?nonsense?B?0KHRh9GR0YI=?="),
        (b"Subject: a\x00b\tc\x1b[31m", "a b c [31m"),
        (b"Subject: " + b"x" * 100_000, "x" * 500),
        (b"From: nobody", ""),
    ],
)
def test_subjects_are_read_as_people_wrote_them(line: bytes, subject: str) -> None:
    assert read_head(line + b"\r\n\r\nbody").subject == subject


def test_without_a_number_there_is_no_identity() -> None:
    assert read_head(b"Subject: a\r\n\r\n").identity == ""
    numbered = read_head(b"Message-ID:\r\n <1@example.com>\r\n\r\n")
    assert numbered.message_id == "<1@example.com>"
    assert len(numbered.identity) == 64


@pytest.mark.parametrize(
    ("rule", "fits"),
    [
        (Rule(TEAM, sender="ANNA@"), True),
        (Rule(TEAM, sender="*@supplier.example"), True),
        (Rule(TEAM, sender="anna*example>"), True),
        (Rule(TEAM, sender="example*anna"), False),
        (Rule(TEAM, subject="ДОГОВОР"), True),
        (Rule(TEAM, subject="договор", sender="bob"), False),
        (Rule(TEAM, folder="inbox"), True),
        (Rule(TEAM, folder="INBOX/Sub"), False),
        (Rule(TEAM, subject="(a+)+$"), False),
    ],
)
def test_a_rule_fits_where_all_that_it_says_does(rule: Rule, fits: bool) -> None:
    head = Head("", "Anna <anna@supplier.example>", "Договор поставки")
    assert (choose_rule([rule], head, "INBOX") is not None) is fits
