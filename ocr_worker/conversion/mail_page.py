"""A message as a web page for LibreOffice: a head that people can read, then the body, safe."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import datetime
from html import escape
from pathlib import Path
from typing import BinaryIO

from ocr_worker.mail.mbox import Mailbox
from ocr_worker.mail.message import CUT, DRAFT, ENCRYPTED
from ocr_worker.mail.message import Message as Mail
from ocr_worker.rendering.mail_members import open_mail, readable

from .web_page import clean_html, wrap_html

#: Of the languages whose letters a message has. Times are told as the sender's clock had them.
_RUSSIAN = {
    "from": "От", "to": "Кому", "cc": "Копия", "date": "Дата", "subject": "Тема",
    "files": "Вложения", "time": "%d.%m.%Y %H:%M",
    ENCRYPTED: "Письмо зашифровано: его может открыть только получатель своим ключом.",
    CUT: "В письме больше частей, чем разбирается; остальные остались в его файле.",
    DRAFT: "Письмо не отправлено: это черновик, отправителя в нём нет.",
    "empty": "В письме нет текста.",
}  # fmt: skip
_ENGLISH = {
    "from": "From", "to": "To", "cc": "Cc", "date": "Date", "subject": "Subject",
    "files": "Attachments", "time": "%Y-%m-%d %H:%M",
    ENCRYPTED: "The message is encrypted: only its recipient can open it, with a key.",
    CUT: "The message has more parts than are taken apart; the others stay in its file.",
    DRAFT: "The message was not sent: it is a draft, and names no sender.",
    "empty": "The message has no text.",
}  # fmt: skip
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_SOURCE = re.compile(r"""(\ssrc\s*=\s*)(["']?)cid:([^"'\s>]+)\2""", re.IGNORECASE)
_REMOTE = re.compile(r"""<img\b[^>]*\ssrc\s*=(?!\s*["']?data:)[^>]*>""", re.IGNORECASE)
#: Attachments that the head names; people who they are, characters.
_MOST_NAMED, _PEOPLE_LENGTH = 50, 4000
_SPACES = re.compile(r"^ +| {2,}", re.MULTILINE)


def write_mail(stream: BinaryIO, mime_type: str, target: Path) -> None:
    """Write the message in `stream` to `target` as a page. Raises DamagedFile."""
    with readable():
        message = open_mail(stream, mime_type)
    assert not isinstance(message, Mailbox)
    words = _ENGLISH
    if _CYRILLIC.search(message.subject + "".join(body.text[:20_000] for body in message.bodies)):
        words = _RUSSIAN
    target.write_text(wrap_html("".join(_write(message, words))), encoding="utf-8")


def _write(message: Mail, words: dict[str, str]) -> Iterator[str]:
    yield '<table width="100%" border="0">'
    for name, value in _head(message, words):
        yield f'<tr><td width="18%"><b>{words[name]}:</b></td><td>{escape(value)}</td></tr>'
    yield "</table><hr>"
    for note in dict.fromkeys(message.notes):
        yield f"<p><i>{words[note]}</i></p>"
    shown = False
    for number, body in enumerate(message.bodies):
        if not body.text.strip():
            continue
        if number and shown:
            yield "<hr>"
        shown = True
        yield _clean_body(body.text, message) if body.is_html else _paragraphs(body.text)
    if not shown and ENCRYPTED not in message.notes:
        yield f"<p><i>{words['empty']}</i></p>"


def _head(message: Mail, words: dict[str, str]) -> Iterator[tuple[str, str]]:
    values = {
        "from": message.sender,
        "to": message.to[:_PEOPLE_LENGTH],
        "cc": message.cc[:_PEOPLE_LENGTH],
        "date": _format(message.date, words["time"]),
        "subject": message.subject,
        "files": ", ".join(each.name for each in message.attachments[:_MOST_NAMED]),
    }
    for name, value in values.items():
        if value:
            yield name, value


def _format(date: datetime | None, pattern: str) -> str:
    if date is None:
        return ""
    try:
        zone = date.strftime("%z") if date.tzinfo else ""
        return f"{date.strftime(pattern)} {zone}".strip()
    except ValueError:
        return date.isoformat()


def _clean_body(text: str, message: Mail) -> str:
    """Safe HTML: the message's own pictures shown in place, others not fetched."""

    def show(match: re.Match[str]) -> str:
        picture = message.pictures.get(match[3].lower())
        if picture is None:
            return " "
        data = base64.b64encode(picture.data).decode("ascii")
        return f'{match[1]}"data:{picture.mime_type};base64,{data}"'

    return clean_html(_REMOTE.sub("", _SOURCE.sub(show, text)))


def _paragraphs(text: str) -> str:
    lines = (
        _SPACES.sub(lambda match: "&nbsp;" * len(match[0]), escape(line.expandtabs(8)))
        for line in text.strip("\n").split("\n")
    )
    return f"<p>{'<br>'.join(lines)}</p>"
