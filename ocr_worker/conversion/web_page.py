"""A web page as LibreOffice gets it: text, headings, lists, tables; nothing to run or to fetch."""

from __future__ import annotations

import re
from pathlib import Path

import nh3

from documents.text.encodings import ENCODINGS, decode_text

_TAGS = set(
    """
    a abbr address article aside b big blockquote body br caption center cite code col colgroup
    dd del dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins
    kbd li main nav ol p pre q s samp section small span strike strong sub summary sup table tbody
    td tfoot th thead tr tt u ul var
""".split()  # noqa: SIM905
)
_ATTRIBUTES = {
    "*": {"align", "dir", "lang"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "table": {"border"},
    "img": {"src", "width", "height", "alt"},
}
#: What a page says of its own encoding, within its first bytes (HTML, 4.2.5.4).
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,30})""", re.IGNORECASE)
_LOOKED_AT = 4096
#: Encodings of which pages say the name of a smaller one (WHATWG Encoding, 4.2).
_LARGER = {
    "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "shift-jis": "cp932",
    "euc-kr": "cp949", "windows-874": "cp874",
}  # fmt: skip
#: Encodings that pages name and Python knows; no other codec is loaded in the jail.
CHARSETS = (
    *ENCODINGS, "koi8-u", "ascii", "big5", "euc-jp", "tis-620", *_LARGER.values(),
    *(f"iso-8859-{part}" for part in (*range(1, 11), 13, 14, 15, 16)),
    *(f"windows-{page}" for page in range(1250, 1259)),
)  # fmt: skip


def write_web_page(data: bytes, target: Path) -> None:
    """Write the page to `target`. Pictures stay only where the page itself carries them."""
    target.write_text(wrap_html(clean_html(_decode(data))), encoding="utf-8")


def clean_html(text: str) -> str:
    """Nothing to run or to fetch: of pictures only those that the page itself carries."""
    return nh3.clean(
        text,
        tags=_TAGS,
        clean_content_tags={"script", "style", "noscript", "template"},
        attributes=_ATTRIBUTES,
        url_schemes={"data"},
        url_relative="deny",
        link_rel=None,
    )


def wrap_html(body: str) -> str:
    return (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8">'
        f"<title></title></head><body>{body}</body></html>"
    )


def _decode(data: bytes) -> str:
    said = _CHARSET.search(data[:_LOOKED_AT])
    if said is not None:
        name = said[1].decode("ascii", "replace").lower()
        name = _LARGER.get(name, name)
        if name in CHARSETS and not name.startswith("utf-16"):
            return data.decode(name, "replace")
    return decode_text(data)
