"""The text layer of a page as the child describes it (`pdf_text`, `pdf_ink`), made into `types`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .rules import Rule
from .types import NO_RULES, LayerWord, TextLayer, UnreadLine


def make_text_layer(layer: dict[str, Any]) -> TextLayer:
    """The layer that the child describes."""
    words = tuple(map(make_layer_word, layer["words"]))
    hidden = frozenset(layer["hidden"])
    if hidden:
        words = tuple(replace(word, hidden=index in hidden) for index, word in enumerate(words))
    box = layer["image_box"]
    return TextLayer(
        width=layer["width"],
        height=layer["height"],
        image_width=layer["image_width"],
        image_height=layer["image_height"],
        image_dpi=layer["image_dpi"],
        words=words,
        image_cover=layer["image_cover"],
        image_box=None if box is None else tuple(box),
        paths=layer["paths"],
        covered=layer["covered"],
        unread=tuple(
            UnreadLine((x0, y0, x1, y1), letters, across, slant)
            for x0, y0, x1, y1, letters, across, slant in layer["unread"]
        ),
        rules=replace(
            NO_RULES,
            across=tuple(Rule(*rule) for rule in layer["rules"][0]),
            down=tuple(Rule(*rule) for rule in layer["rules"][1]),
        ),
    )


def make_layer_word(described: list[Any]) -> LayerWord:
    """The word that a list as in `pdf_text.read_page_text` describes."""
    text, x0, y0, x1, y1, *facts = described
    return LayerWord(text, (x0, y0, x1, y1), *facts)
