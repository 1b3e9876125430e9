"""Bring any mode of an image to gray ("L") or "RGB". Runs only in the child process."""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter, ImageOps

#: A transparent image goes on a dark ground where most of what borders on nothing is brighter than
#: `_BRIGHT`, as on white it would be lost, and less is darker than `_DARK`.
_MOSTLY = 0.5
_BRIGHT, _DARK = 200, 100
_DARK_GROUND = (32, 32, 32)

#: Less of the page being transparent (a rounded corner, say) leaves the ground white.
_SOME_TRANSPARENT = 0.05


def to_plain_mode(image: Image.Image) -> Image.Image:
    """Convert to "L" or "RGB": transparency on a ground with contrast, deep gray to 8 bits."""
    mode = image.mode
    if mode in ("L", "RGB"):
        return image if "transparency" not in image.info else _flatten(image)
    if mode == "1":
        return image.convert("L")
    if mode.startswith("I") or mode == "F":
        return _to_eight_bits(image)
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        return _flatten(image)
    return image.convert("RGB")


def _flatten(image: Image.Image) -> Image.Image:
    layer = image.convert("RGBA")
    ground = Image.new("RGB", image.size, _choose_ground(layer))
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground


def _choose_ground(layer: Image.Image) -> tuple[int, int, int] | str:
    """White, or dark for a transparent image whose ink is white."""
    # A small copy would mix ink and ground: every n-th pixel is looked at instead.
    step = max(1, round((layer.width * layer.height / 1_000_000) ** 0.5))
    if step > 1:
        size = (max(1, layer.width // step), max(1, layer.height // step))
        layer = layer.resize(size, Image.Resampling.NEAREST)
    seen = layer.getchannel("A").point(lambda alpha: 255 if alpha >= 128 else 0)
    transparent = seen.histogram()[0] / (layer.width * layer.height)
    if transparent < _SOME_TRANSPARENT:
        return "white"
    # Letters in a picture or a band have a ground already: only what borders on nothing counts.
    nothing = ImageOps.invert(seen).filter(ImageFilter.MaxFilter(3))
    edge = ImageChops.darker(seen, nothing)
    shares = layer.convert("RGB").convert("L").histogram(edge)
    bright, dark, total = sum(shares[_BRIGHT:]), sum(shares[:_DARK]), sum(shares)
    return _DARK_GROUND if bright > max(_MOSTLY * total, dark) else "white"


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16- and 32-bit gray by its own range: scanners of 10 or 12 bits do not use all 16."""
    wide = image.convert("I") if image.mode != "F" else image
    low, high = wide.getextrema()
    low, high = float(low), float(high)  # type: ignore[arg-type]
    if not high > low:
        return Image.new("L", image.size, 255 if high > 0 else 0)
    if image.mode.startswith("I;16") and high > 255:
        low = 0.0
        high = next(float(top) for top in (1023, 4095, 16383, 65535) if high <= top)
    scale = 255.0 / (high - low)
    return wide.point(lambda value: value * scale + (-low * scale)).convert("L")
