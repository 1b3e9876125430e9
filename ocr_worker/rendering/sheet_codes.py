"""The barcodes on a page, by zxing. Runs only in the child process.

The product's own separator sheet has a large QR code, which one look finds. A bar code of small
print, noisy and askew, needs several: of the page enlarged, smoothed, and turned a little each way.
"""

from __future__ import annotations

from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter

#: Dots per inch at which a page is looked at.
CODES_DPI = 200

#: A page with bars is looked at in this scale, this smooth, and turned by these degrees.
_SCALE, _BLUR = 1.5, 1.5
_TURNS = (0.0, 7.0, -7.0)

_SQUARES = zxingcpp.barcode_formats_from_str("QRCode")
_ALL = zxingcpp.barcode_formats_from_str(
    "QRCode,DataMatrix,Aztec,PDF417,Code128,Code39,Code93,ITF,Codabar,EAN13,EAN8,UPCA"
)
#: Codes of one page, and characters of one, that are told.
_MOST, _LENGTH = 20, 2000


def read_codes(gray: Image.Image, *, bars: bool) -> list[str]:
    """The texts of the QR codes on `gray` (mode "L", a page at about `CODES_DPI`); with `bars`, of
    all kinds of barcodes."""
    for look in _looks(gray, bars=bars):
        pixels = look.tobytes()  # the view does not keep them
        view = zxingcpp.ImageView(pixels, look.width, look.height, zxingcpp.ImageFormat.Lum)
        found = zxingcpp.read_barcodes(view, formats=_ALL if bars else _SQUARES)
        texts = [code.text[:_LENGTH] for code in found if code.valid and code.text]
        if texts:
            return texts[:_MOST]
    return []


def _looks(gray: Image.Image, *, bars: bool) -> Iterator[Image.Image]:
    yield gray
    if not bars:
        return
    size = (round(gray.width * _SCALE), round(gray.height * _SCALE))
    large = gray.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(_BLUR))
    for turn in _TURNS:
        yield (
            large.rotate(turn, resample=Image.Resampling.BILINEAR, fillcolor=255) if turn else large
        )
