"""What hOCR 1.2 (kba.github.io/hocr-spec/1.2) asks of a file, as far as a program can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

#: Each class, and the class that it has to lie in.
PARENTS = {
    "ocr_page": None, "ocr_carea": "ocr_page", "ocr_par": "ocr_carea", "ocr_line": "ocr_par",
    "ocrx_word": "ocr_line", "ocr_photo": "ocr_page",
}  # fmt: skip
_WHOLE = r"\d+"
_PROPERTIES = {
    "bbox": rf"{_WHOLE} {_WHOLE} {_WHOLE} {_WHOLE}",
    "ppageno": _WHOLE,
    "scan_res": rf"{_WHOLE} {_WHOLE}",
    "x_wconf": r"100|\d{1,2}",
}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HTML = "{http://www.w3.org/1999/xhtml}"


def find_faults(content: bytes) -> list[str]:
    """Raises ElementTree.ParseError where it is no XML."""
    root = ElementTree.fromstring(content)
    meta: dict[str, list[str]] = {}
    for each in root.iter(f"{_HTML}meta"):
        meta.setdefault(each.attrib.get("name", ""), []).append(each.attrib["content"])
    faults = [
        f"{len(meta.get(name, []))} times {name}"
        for name in ("ocr-system", "ocr-capabilities")
        if len(meta.get(name, [])) != 1
    ]
    able = set(" ".join(meta.get("ocr-capabilities", [])).split())
    if any(each.attrib.get("lang") or each.attrib.get(_XML_LANG) for each in root.iter()):
        faults += _unless("ocrp_lang" in able, "lang without the capability")
    ids = [each.attrib["id"] for each in root.iter() if "id" in each.attrib]
    faults += _unless(len(ids) == len(set(ids)), "ids that are not unique")
    pages = [each for each in root.iter() if each.attrib.get("class") == "ocr_page"]
    faults += _unless(bool(pages), "no ocr_page")
    stated = meta.get("ocr-number-of-pages", [str(len(pages))])
    faults += _unless(stated == [str(len(pages))], "a wrong ocr-number-of-pages")
    numbers = [_properties(page).get("ppageno") for page in pages]
    faults += _unless(len(numbers) == len(set(numbers)), "a ppageno twice")
    faults += _check_below(root, None, None, able)
    return faults


def _unless(right: bool, fault: str) -> list[str]:
    return [] if right else [fault]


def _properties(element: ElementTree.Element) -> dict[str, str]:
    parts = [part.strip() for part in element.attrib.get("title", "").split(";")]
    return dict(part.partition(" ")[::2] for part in parts)


def _check_below(
    element: ElementTree.Element, inside: str | None, frame: list[int] | None, able: set[str]
) -> Iterator[str]:
    """`inside`, `frame`: the class around it, and the page's box."""
    for child in element:
        name = child.attrib.get("class", "")
        if not name.startswith("ocr"):
            yield from _check_below(child, inside, frame, able)
            continue
        what = f"{name} {child.attrib.get('id')}"
        if name not in able:
            yield f"{what}: without the capability"
        if name not in PARENTS or PARENTS[name] != inside:
            yield f"{what}: inside {inside}"
        if name == "ocr_line" and child.tag != f"{_HTML}span":
            yield f"{what}: no span"
        found = _properties(child)
        for key, value in found.items():
            if not re.fullmatch(_PROPERTIES.get(key, "(?!)"), value):
                yield f"{what}: {key} {value}"
        if "x_wconf" in found and "ocrp_wconf" not in able:
            yield f"{what}: x_wconf without the capability"
        box = [int(each) for each in re.findall(_WHOLE, found.get("bbox", ""))]
        if name == "ocr_page":
            frame = box
            if box[:2] != [0, 0]:
                yield f"{what}: does not begin at 0 0"
        if len(box) != 4 or box[0] > box[2] or box[1] > box[3]:
            yield f"{what}: bbox {found.get('bbox')}"
        elif frame and (box[2] > frame[2] or box[3] > frame[3]):
            yield f"{what}: beyond its page"
        yield from _check_below(child, name, frame, able)
