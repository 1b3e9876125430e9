"""Draw docs/architecture.svg from the code's own imports: `python docs/draw_architecture.py`.

A room is a package or module one level below `ocrsite`, `ocr_worker` or `documents`. Rows are the
layers of the import contracts in pyproject.toml; an arrow means "imports". Arrows that follow from
others (A imports B, B imports C, A imports C) are left out. Below a room of the site or the worker
stand the rooms of the archive that it uses. tests/test_architecture.py compares the file with the
code.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import grimp

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
PICTURE = ROOT / "docs" / "architecture.svg"
PACKAGES = ("ocrsite", "ocr_worker", "documents")

#: Sizes in px.
BOX_WIDTH, BOX_HEIGHT, GAP_X, GAP_Y, MARGIN, SPACE = 172, 44, 12, 24, 12, 36
LINE = 13

STYLE = """
  svg { background: #fff }
  text { font: 12px system-ui, sans-serif; fill: #1f2328 }
  .name { font-weight: 600; font-size: 13px }
  .says, .uses { font-size: 10px; fill: #57606a }
  .title { font-size: 17px; font-weight: 700 }
  rect.room { fill: #f6f8fa; stroke: #8c959f }
  rect.house { fill: none; stroke: #d0d7de }
  path { fill: none; stroke: #0969da; stroke-opacity: .55; marker-end: url(#tip) }
  path.big { stroke-width: 3 }
  #tip path { fill: #0969da; stroke: none; marker-end: none }
  @media (prefers-color-scheme: dark) {
    svg { background: #0d1117 }
    text { fill: #e6edf3 }
    .says, .uses { fill: #9198a1 }
    rect.room { fill: #161b22; stroke: #57606a }
    rect.house { stroke: #30363d }
    path { stroke: #58a6ff }
    #tip path { fill: #58a6ff }
  }
"""


@dataclass(frozen=True)
class Place:
    """Where a room stands in its house, px; the number of its row."""

    x: int
    y: int
    height: int
    row: int


@dataclass
class House:
    """One top package: its rooms by layer, top first; which of them import which."""

    name: str
    layers: list[list[str]]
    arrows: set[tuple[str, str]] = field(default_factory=set)
    uses: dict[str, set[str]] = field(default_factory=dict)
    place: dict[str, Place] = field(default_factory=dict)
    left: int = 0
    top: int = 0
    width: int = 0
    height: int = 0


def draw() -> str:
    """The picture as SVG text; the same for the same imports."""
    site, worker, archive = houses = read_houses()
    for house in houses:
        measure(house)
    site.left, site.top = MARGIN, MARGIN
    worker.left, worker.top = MARGIN + site.width + SPACE, MARGIN
    width = worker.left + worker.width + MARGIN
    archive.top = MARGIN + max(site.height, worker.height) + SPACE
    archive.left = (width - archive.width) // 2
    height = archive.top + archive.height + MARGIN
    parts = [draw_house(house) for house in houses]
    parts.append(big_arrow(site.left + site.width, site.top + 20, worker.left, site.top + 20))
    for house in (site, worker):
        x = house.left + house.width // 2
        parts.append(big_arrow(x, house.top + house.height, x, archive.top))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" '
        'aria-label="Rooms of the project and which imports which">'
        f"<style>{STYLE}</style>"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>'
        + "".join(parts)
        + "</svg>\n"
    )


def measure(house: House) -> None:
    """Place the rooms, relative to the house's corner; set its width and height."""
    widest = max(len(row) for row in house.layers)
    house.width = widest * (BOX_WIDTH + GAP_X) + GAP_X
    y = 44
    for number, row in enumerate(house.layers):
        lines = [len(wrapped(sorted(house.uses.get(room, ())))) for room in row]
        height = BOX_HEIGHT + LINE * max(lines)
        offset = (house.width - len(row) * (BOX_WIDTH + GAP_X) + GAP_X) // 2
        for index, room in enumerate(row):
            x = offset + index * (BOX_WIDTH + GAP_X)
            house.place[room] = Place(x, y, height, number)
        y += height + GAP_Y
    house.height = y


def read_houses() -> list[House]:
    """The three packages with their layers (pyproject.toml) and imports (the code)."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    houses = {
        contract["containers"][0]: House(contract["containers"][0], _rows(contract["layers"]))
        for contract in contracts
        if contract["type"] == "layers" and contract.get("containers", [""])[0] in PACKAGES
    }
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    for importer in sorted(graph.modules):
        source = _room(importer)
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            target = _room(imported)
            if source is None or target is None or source == target:
                continue
            if source[0] == target[0]:
                houses[source[0]].arrows.add((source[1], target[1]))
            elif target[0] == "documents":
                houses[source[0]].uses.setdefault(source[1], set()).add(target[1])
    for house in houses.values():
        house.arrows = reduce_arrows(house.arrows)
    return [houses[name] for name in PACKAGES]


def reduce_arrows(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The transitive reduction of an acyclic graph."""

    def reaches(start: str, end: str, without: tuple[str, str]) -> bool:
        found, rest = set(), [start]
        while rest:
            for source, target in arrows:
                if source == rest[0] and (source, target) != without and target not in found:
                    found.add(target)
                    rest.append(target)
            rest.pop(0)
        return end in found

    return {arrow for arrow in arrows if not reaches(arrow[0], arrow[1], arrow)}


def draw_house(house: House) -> str:
    """The house's frame, arrows and rooms."""
    parts = [
        f'<g transform="translate({house.left} {house.top})">',
        f'<rect class="house" width="{house.width}" height="{house.height}" rx="10"/>',
        f'<text class="title" x="14" y="26">{house.name}/</text>',
    ]
    for source, target in sorted(house.arrows):
        parts.append(arrow(house.place[source], house.place[target], house.width / 2))
    for room, place in house.place.items():
        x = place.x + 10
        parts.append(
            f'<rect class="room" x="{place.x}" y="{place.y}" width="{BOX_WIDTH}" '
            f'height="{place.height}" rx="6"/>'
            f'<text class="name" x="{x}" y="{place.y + 18}">{escape(room)}</text>'
            f'<text class="says" x="{x}" y="{place.y + 34}">{escape(says(house, room))}</text>'
        )
        for index, line in enumerate(wrapped(sorted(house.uses.get(room, ())))):
            y = place.y + 48 + LINE * index
            parts.append(f'<text class="uses" x="{x}" y="{y}">{escape(line)}</text>')
    return "".join([*parts, "</g>"])


def arrow(source: Place, target: Place, middle: float) -> str:
    """From the bottom of one room to the top of another; around the rooms between them."""
    x1, y1 = source.x + BOX_WIDTH / 2, source.y + source.height
    x2, y2 = target.x + BOX_WIDTH / 2, target.y
    rows = target.row - source.row
    bulge = 0.0 if rows < 2 else (BOX_WIDTH * 0.6 + 6 * rows) * (1 if x1 >= middle else -1)
    pull = (y2 - y1) * 0.35
    return (
        f'<path d="M{x1:g} {y1:g}C{x1 + bulge:g} {y1 + pull:g} {x2 + bulge:g} {y2 - pull:g} '
        f'{x2:g} {y2:g}"/>'
    )


def big_arrow(x1: int, y1: int, x2: int, y2: int) -> str:
    """From one house to another that it stands on."""
    return f'<path class="big" d="M{x1} {y1}L{x2} {y2}"/>'


def wrapped(rooms: list[str]) -> list[str]:
    """Names in lines that fit a box."""
    lines: list[str] = []
    for name in rooms:
        if lines and len(lines[-1]) + len(name) < 32:
            lines[-1] += f", {name}"
        else:
            lines.append(name)
    return lines


def says(house: House, room: str) -> str:
    """The first words of the room's docstring."""
    path = ROOT / house.name / room
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    first = text.partition(". ")[0].partition("\n\n")[0].partition(":")[0].replace("\n", " ")
    return first if len(first) <= 30 else first[:29].rpartition(" ")[0] + " …"


def _rows(layers: list[str]) -> list[list[str]]:
    return [[room.strip() for room in layer.split("|")] for layer in layers]


def _room(module: str) -> tuple[str, str] | None:
    parts = module.split(".")
    return (parts[0], parts[1]) if len(parts) > 1 and parts[1] != "migrations" else None


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(PICTURE.read_text(encoding="utf-8") != draw())
    PICTURE.write_text(draw(), encoding="utf-8")
