"""Messages for tests, made on the spot as programs write them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import make_msgid

from PIL import Image, ImageDraw

TEXT = "Добрый день!\n\nНаправляем договор поставки и счёт.\n\nС уважением,\nИван Петров\n"
HTML = """<html><head><style>p {color: red}</style><script>alert(1)</script></head><body>
<p>Добрый день!</p><p>Направляем <b>договор поставки</b> и счёт.</p>
<table border="1"><tr><td>Ящик</td><td>12 штук</td></tr></table>
<img src="cid:logo@letters" width="200" height="60"><img src="http://tracker.example/pixel.gif">
<iframe src="http://evil.example/"></iframe><a href="javascript:alert(2)">Сайт</a>
<p>С уважением,<br>Иван Петров</p></body></html>
"""


def make_letter(
    attachments: Mapping[str, bytes] | None = None,
    *,
    subject: str = "Договор поставки № 17",
    html: str = "",
    message_id: str = "17@letters",
) -> bytes:
    """A letter with a text body and, where given, an HTML one with a picture in it."""
    letter = EmailMessage()
    letter["From"] = "Иван Петров <ivan@supplier.example>"
    letter["To"] = "Закупки <buy@example.org>, Анна <anna@example.org>"
    letter["Cc"] = "archive@example.org"
    letter["Subject"] = subject
    letter["Date"] = "Fri, 27 Nov 2026 10:15:00 +0300"
    letter["Message-ID"] = f"<{message_id}>"
    letter.set_content(TEXT)
    if html:
        letter.add_alternative(html, subtype="html")
        related = letter.get_payload()[1]  # type: ignore[index]
        related.add_related(  # type: ignore[union-attr]
            make_picture(), "image", "png", cid="<logo@letters>"
        )
    for name, content in (attachments or {}).items():
        letter.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return letter.as_bytes()


def make_picture() -> bytes:
    image = Image.new("RGB", (400, 120), "white")
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 10, 390, 110), outline="navy", width=6)
    draw.text((160, 52), "SUPPLIER", fill="navy")
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def forward(letter: bytes) -> bytes:
    """A letter to which another is attached as a message."""
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "anna@example.org", "b@example.org", "Fwd"
    outer["Message-ID"] = make_msgid()
    outer.set_content("See the attached message.\n")
    text = outer.as_bytes()
    boundary = b"=_forwarded_%d" % len(letter)
    head, _, body = text.partition(b"\n\n")
    kept = b"\n".join(
        line for line in head.split(b"\n") if not line.lower().startswith((b"content-", b"mime-"))
    )
    return b"\n".join(
        [
            kept,
            b"MIME-Version: 1.0",
            b'Content-Type: multipart/mixed; boundary="' + boundary + b'"',
            b"",
            b"--" + boundary,
            b"Content-Type: text/plain",
            b"",
            body,
            b"--" + boundary,
            b"Content-Type: message/rfc822",
            b"",
            letter,
            b"--" + boundary + b"--",
            b"",
        ]
    )
