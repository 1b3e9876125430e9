"""A figure's name contains its page and digest, and no other name is accepted."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from documents.files.figures import Figure, figure_key, name_of, page_of

IMAGE = b"RIFF....WEBP a picture"


def test_a_name_begins_with_the_page_and_tells_the_content() -> None:
    name = name_of(7, IMAGE)

    assert name.startswith("0007-")
    assert name.endswith(".webp")
    assert name == name_of(7, IMAGE) != name_of(7, IMAGE + b"!")
    assert page_of(name) == 7
    assert page_of(name_of(12_345, IMAGE)) == 12_345


@pytest.mark.parametrize(
    "name",
    [
        "", "0001-0123456789ab.png", "0001-0123456789AB.webp", "1-0123456789ab.webp",
        "../0001-0123456789ab.webp", "0001-0123456789ab.webp\n", "0001-0123456789ab.webp/..",
        "٠٠٠١-0123456789ab.webp",
    ],
)  # fmt: skip
def test_an_invalid_name_never_becomes_a_path(name: str) -> None:
    assert page_of(name) is None
    with pytest.raises(ValueError, match="figure"):
        figure_key(uuid.uuid4(), name)


def test_its_facts_bring_it_back() -> None:
    figure = Figure.from_image(1, IMAGE)

    assert Figure.from_facts(figure.facts()) == figure
    assert figure.size == len(IMAGE)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "../../etc/passwd"}, {"name": None}, {"name": name_of(1, b"another")},
        {"sha256": "0" * 63}, {"sha256": 1}, {"size": "12"},
    ],
)  # fmt: skip
def test_facts_that_make_no_sense_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a figure"):
        Figure.from_facts(Figure.from_image(1, IMAGE).facts() | change)
