"""The connected marks of a binary image: letters, rules, specks, pictures. Pure, by Pillow."""

from __future__ import annotations

from typing import NamedTuple

from PIL import Image


class Mark(NamedTuple):
    """A connected mark: its box (px, `x1`, `y1` inclusive), px of ink, runs of ink in its rows."""

    x0: int
    y0: int
    x1: int
    y1: int
    ink: int
    runs: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0 + 1

    @property
    def height(self) -> int:
        return self.y1 - self.y0 + 1


def find_marks(ink: Image.Image, most_runs: int | None = None) -> list[Mark]:
    """The connected marks (8 neighbours) of a binary image (0 and 255), found from its rows' runs.

    `most_runs`: stop after this many runs and return the marks found by then; None: no limit.
    """
    width, height = ink.size
    data = ink.tobytes()
    parents: list[int] = []
    boxes: list[list[int]] = []
    seen = 0

    def root(label: int) -> int:
        while parents[label] != label:
            parents[label] = parents[parents[label]]
            label = parents[label]
        return label

    above: list[tuple[int, int, int]] = []
    for y in range(height):
        row = data[y * width : (y + 1) * width]
        runs: list[tuple[int, int, int]] = []
        start = row.find(255)
        first = 0  # the first run above that may touch this one or a later one
        while start >= 0:
            end = row.find(0, start)
            if end < 0:
                end = width
            label = -1
            while first < len(above) and above[first][1] < start:
                first += 1
            for index in range(first, len(above)):
                left, _, other = above[index]
                if left > end:
                    break
                found = root(other)
                if label < 0:
                    label = found
                elif label != found:
                    _join(boxes, parents, label, found)
            if label < 0:
                label = len(parents)
                parents.append(label)
                boxes.append([start, y, end - 1, y, 0, 0])
            box = boxes[label]
            box[0], box[2], box[3] = min(box[0], start), max(box[2], end - 1), y
            box[4] += end - start
            box[5] += 1
            runs.append((start, end, label))
            start = row.find(255, end)
        above = runs
        seen += len(runs)
        if most_runs is not None and seen > most_runs:
            break
    return [Mark(*box) for label, box in enumerate(boxes) if parents[label] == label]


def _join(boxes: list[list[int]], parents: list[int], kept: int, gone: int) -> None:
    parents[gone] = kept
    one, other = boxes[kept], boxes[gone]
    one[0], one[1] = min(one[0], other[0]), min(one[1], other[1])
    one[2], one[3] = max(one[2], other[2]), max(one[3], other[3])
    one[4] += other[4]
    one[5] += other[5]
