"""A page of an image as an image of a PDF: its own data where PDF can hold them. In the child only.

JPEG, JPEG 2000, most PNGs and faxes go in as they are: the parent copies those bytes of the file
unread. Everything else is encoded again, without loss where the file has none.
"""

from __future__ import annotations

import contextlib
import io
import struct
from typing import Any, BinaryIO

from PIL import Image

from .geometry import POINTS_PER_INCH
from .images import ImageFile

#: For what was compressed with loss before.
_JPEG_QUALITY = 85

_COLOURS = {"1": "/DeviceGray", "L": "/DeviceGray", "RGB": "/DeviceRGB", "CMYK": "/DeviceCMYK"}

#: The EXIF orientation that says how the stored image is turned to be upright.
_ORIENTATION = 0x0112

_GROUP_4 = 4

#: Bytes of a chunk's head in a PNG, and of the checksum at its end.
_HEAD, _SUM = 8, 4
_PNG_COLOURS = {0: "/DeviceGray", 2: "/DeviceRGB"}

Described = dict[str, Any]


def describe_image(
    file: ImageFile, stream: BinaryIO, number: int, *, archival: bool
) -> tuple[Described, bytes]:
    """The page's image and, in `page`, its size in points as it is shown upright.

    `entries`: what the image's dictionary has beside its size and length. `ranges`: the parts of
    the file that are its data; without them the payload is. `orientation`: the EXIF orientation of
    that data. `archival`: only what PDF/A-2b allows. Raises ReadingError.
    """
    upright, dpi, _ = file.decode(number)
    scale = POINTS_PER_INCH / dpi
    page = {"page": [upright.width * scale, upright.height * scale]}
    if not file.is_mended:
        found = _describe_as_is(file, stream, number, upright)
        if found is not None and not (archival and _is_forbidden(found)):
            return found | page, b""
    described, data = _encode(upright, lossy=file.is_lossy(number))
    return described | page, data


def _is_forbidden(described: Described) -> bool:
    """CMYK has no place beside sRGB; of JPEG 2000 only some kinds are allowed."""
    return any(name in described["entries"] for name in ("/DeviceCMYK", "/JPXDecode"))


def _describe_as_is(
    file: ImageFile, stream: BinaryIO, number: int, upright: Image.Image
) -> Described | None:
    """None where PDF can't hold the file's own data."""
    image = file.open_raw(number)
    if image is None:
        return None
    orientation = 1
    with contextlib.suppress(Exception):  # a damaged EXIF block; decoding ignores it, too
        orientation = int(image.getexif().get(_ORIENTATION, 1))
    turned = image.size[::-1] if orientation in (5, 6, 7, 8) else image.size
    # One of them may have been decoded smaller, or stretched to square pixels.
    if not 1 <= orientation <= 8 or not _are_alike(turned, upright.size):
        return None
    described: Described | None = None
    if image.format in ("JPEG", "MPO") and image.mode in ("L", "RGB", "CMYK"):
        described = _whole_file(stream, "/DCTDecode", image)
        if image.mode == "CMYK" and "adobe" in image.info:
            described["entries"] += "/Decode[1 0 1 0 1 0 1 0]"
    elif image.format == "JPEG2000" and image.mode in ("L", "RGB"):
        described = _whole_file(stream, "/JPXDecode", image)
    elif image.format == "PNG":
        described = _describe_png(stream)
    elif image.format == "TIFF":
        described = _describe_fax(image)
    if described is None:
        return None
    return described | {"width": image.width, "height": image.height, "orientation": orientation}


def _are_alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return abs(one[0] * other[1] / (one[1] * other[0]) - 1) < 0.02


def _whole_file(stream: BinaryIO, name: str, image: Image.Image) -> Described:
    entries = f"/ColorSpace{_COLOURS[image.mode]}/BitsPerComponent 8/Filter{name}"
    return {"entries": entries, "ranges": [[0, stream.seek(0, io.SEEK_END)]]}


def _describe_png(stream: BinaryIO) -> Described | None:
    """None for a PNG that is interlaced, transparent or deeper than 8 bits."""
    size, at = stream.seek(0, io.SEEK_END), 8
    head, palette, ranges = b"", b"", []
    while at + _HEAD <= size:
        stream.seek(at)
        length, kind = struct.unpack(">I4s", stream.read(_HEAD))
        if at + _HEAD + length + _SUM > size or kind == b"tRNS":
            return None
        if kind == b"IHDR":
            head = stream.read(length)
        elif kind == b"PLTE":
            palette = stream.read(length)
        elif kind == b"IDAT":
            ranges.append([at + _HEAD, length])
        elif kind == b"IEND":
            break
        at += _HEAD + length + _SUM
    if len(head) != 13:
        return None
    width, _, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", head)
    if interlaced or depth > 8 or colour not in (0, 2, 3) or not ranges or len(ranges) > 20_000:
        return None
    space = _PNG_COLOURS.get(colour)
    if space is None:
        space = f"[/Indexed/DeviceRGB {len(palette) // 3 - 1}<{palette.hex()}>]"
    entries = (
        f"/ColorSpace{space}/BitsPerComponent {depth}/Filter/FlateDecode/DecodeParms<</Predictor 15"
        f"/Colors {3 if colour == 2 else 1}/BitsPerComponent {depth}/Columns {width}>>"
    )
    return {"entries": entries, "ranges": ranges}


def _describe_fax(image: Image.Image) -> Described | None:
    """None for a TIFF that is not one strip of group 4."""
    tags = image.tag_v2  # type: ignore[attr-defined]
    offsets, lengths = tags.get(273, ()), tags.get(279, ())
    if tags.get(259) != _GROUP_4 or tags.get(266, 1) != 1 or image.mode != "1":
        return None
    if len(offsets) != 1 or len(lengths) != 1 or tags.get(262) not in (0, 1):
        return None
    return {
        "entries": _fax_entries(image.width, image.height, black_is_1=tags[262] == 1),
        "ranges": [[int(offsets[0]), int(lengths[0])]],
    }


def _fax_entries(width: int, height: int, *, black_is_1: bool) -> str:
    return (
        "/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<</K -1"
        f"/Columns {width}/Rows {height}/BlackIs1 {'true' if black_is_1 else 'false'}>>"
    )


def _encode(image: Image.Image, *, lossy: bool) -> tuple[Described, bytes]:
    """The upright page ("L" or "RGB") as new data."""
    shown: Described = {"width": image.width, "height": image.height, "orientation": 1}
    target = io.BytesIO()
    if image.mode == "L" and _is_black_and_white(image):
        target = io.BytesIO()
        # One strip: the height is the number of rows of each.
        image.convert("1", dither=Image.Dither.NONE).save(
            target, "TIFF", compression="group4", tiffinfo={278: image.height}
        )
        with Image.open(target, formats=("TIFF",)) as fax:
            described = _describe_fax(fax)
        if described is not None:
            ((offset, length),) = described.pop("ranges")
            return described | shown, target.getvalue()[offset : offset + length]
    target = io.BytesIO()
    if lossy:
        image.save(target, "JPEG", quality=_JPEG_QUALITY, optimize=True)
        return _whole_file(target, "/DCTDecode", image) | shown | {"ranges": []}, target.getvalue()
    image.save(target, "PNG", compress_level=6)
    described = _describe_png(target)
    assert described is not None, "Pillow writes neither interlaced nor deep PNGs"
    data = target.getvalue()
    parts = (data[start : start + length] for start, length in described.pop("ranges"))
    return described | shown, b"".join(parts)


def _is_black_and_white(image: Image.Image) -> bool:
    colours = image.getcolors(2)
    return colours is not None and all(value in (0, 255) for _, value in colours)
