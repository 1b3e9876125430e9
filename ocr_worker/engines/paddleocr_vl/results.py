"""The pipeline's result of one page as our layout. Pure; needs no library of Paddle's.

Understood are the forms of PaddleOCR 3.3 to 3.7, as `result.json` has them or saved to a file: a
dictionary, below "res" or not, with a `parsing_res_list` of blocks. Which of a block's keys are
there differs from version to version; only label, content and box are counted on.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from documents.errors import EngineFailed
from documents.messages import Message
from documents.review.flag_rules import CUT
from documents.text.markdown import block_to_markdown
from documents.text.page_layout import Block, Box, PageLayout
from documents.text.safe_html import sanitise_table
from ocr_worker.quality import cut_repetition

from . import tables

#: Labels of what stands outside the reading order, at a page's edges.
_OUTSIDE = frozenset({"header", "footer", "number", "header_image", "footer_image"})

#: Formulas of their own. Others stand inside of a text, between dollar signs.
_FORMULAS = frozenset({"display_formula", "inline_formula", "formula"})

#: What the pipeline merges: a text that goes on in another column or below a picture.
_MERGED = frozenset({"text"})

#: A "less than" that begins no tag: a parser of HTML would take what follows it for one. Letters
#: and words that may be a cell's text as well must look like a tag in full.
_LOOSE = re.compile(
    r"<(?!/?(?:table|thead|tbody|tfoot|tr|td|th|script|style|img|svg)\b[^<>]*>"
    r"|/?[a-z][a-z0-9]*(?:\s+[^<>=]+=[^<>]*)?\s*/?>)",
    re.IGNORECASE,
)

#: Tags of HTML and of the model's notation for tables; and how many letters tell a text.
_TAGS = re.compile(r"<[^<>]*>")
_TELLING = 60

#: A formula inside a text: one dollar sign or two at either end (the library writes ` $ x $ `).
_MATH = re.compile(r"(\$\$[^$]+\$\$|\$[^$\n]+\$)")


def build_layout(
    result: Mapping[str, Any], *, width: int, height: int, dpi: float, cut: Iterable[str] = ()
) -> PageLayout:
    """The layout of a page that was read from an image of `width` x `height` px at `dpi`.

    `cut`: what the loop guard left of answers that repeated themselves; their blocks, and those
    that repeat themselves here still, have the confidence `documents.review.flag_rules.CUT`.

    Boxes are px of that image, cut at its edges. A text that runs on in other regions stands whole
    in the first one; the others `continue` it. Raises EngineFailed for what is no result.
    """
    blocks = _blocks_in(result)
    converted: list[Block] = []
    heads: dict[Any, str] = {}
    known = {_key(text) for text in cut}
    for index, raw in enumerate(blocks):
        try:
            block = _converted(raw, index, width, height, known)
        except (KeyError, TypeError, ValueError) as error:
            raise EngineFailed(
                Message(
                    "PaddleOCR-VL gave an invalid block ({problem}).",
                    problem=f"{type(error).__name__}: {error}",
                )
            ) from error
        head = _head_of(raw, block, converted, heads)
        converted.append(_continuing(block, head) if head else block)
    return PageLayout(width=width, height=height, dpi=dpi, blocks=tuple(converted))


def _blocks_in(result: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found = result.get("res", result)
    blocks = found.get("parsing_res_list") if isinstance(found, Mapping) else None
    if not isinstance(blocks, Sequence):
        raise EngineFailed(Message("PaddleOCR-VL gave a result without a parsing_res_list."))
    return blocks


def _converted(
    raw: Mapping[str, Any], index: int, width: int, height: int, cut: Container[str]
) -> Block:
    label = str(raw["block_label"])
    content, was_cut = cut_repetition(str(raw.get("block_content") or "").strip())
    text, markdown, html = _forms(label, content)
    return Block(
        id=f"b{index + 1}",
        label=label,
        bbox=_within(raw["block_bbox"], width, height),
        # The list is in reading order, tables and pictures too, which have no `block_order`.
        order=None if label in _OUTSIDE else index,
        text=text,
        markdown=markdown,
        confidence=CUT if was_cut or (text and _key(text) in cut) else None,
        html=html,
    )


def _key(text: str) -> str:
    """Of a text in the model's notation and in ours alike: its first letters and digits."""
    return "".join(filter(str.isalnum, _TAGS.sub("", text)))[:_TELLING]


def _forms(label: str, content: str) -> tuple[str, str, str]:
    """Plain text, Markdown, and HTML where it is a table."""
    if "<table" in content.lower() or (label == "table" and "<tr" in content.lower()):
        html = sanitise_table(_LOOSE.sub("&lt;", content))
        rows = tables.parse_rows(html)
        return tables.rows_to_text(rows), tables.rows_to_markdown(rows), html
    if label == "table":
        text = tables.strip_marks(content)
        return text, block_to_markdown(label, text), ""
    if label in _FORMULAS:
        latex = content.strip("$ \n")
        return latex, f"$$\n{latex}\n$$" if latex else "", ""
    text = "\n".join(" ".join(line.split()) for line in content.splitlines())
    return text, _markdown(label, text), ""


def _markdown(label: str, text: str) -> str:
    """The text's Markdown, formulas inside of it left as they are."""
    formulas: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        formulas.append(found[0])
        return f"\ue000{len(formulas) - 1}\ue001"  # private characters: nothing escapes them

    kept = _MATH.sub(set_aside, text.replace("\ue000", "").replace("\ue001", ""))
    return re.sub(
        "\ue000(\\d+)\ue001", lambda found: formulas[int(found[1])], block_to_markdown(label, kept)
    )


def _head_of(
    raw: Mapping[str, Any], block: Block, before: Sequence[Block], heads: dict[Any, str]
) -> str:
    """The id of the block whose text this one continues, "" where it stands for itself.

    Newer versions say it by `group_id`; older ones leave a text empty that they merged into the
    text before.
    """
    group = raw.get("group_id")
    if group is not None:
        head = heads.setdefault(group, block.id)
        return head if head != block.id and not block.text else ""
    if block.text or block.label not in _MERGED:
        return ""
    for earlier in reversed(before):
        if earlier.label in _MERGED:
            return earlier.continues or (earlier.id if earlier.text else "")
    return ""


def _continuing(block: Block, head: str) -> Block:
    return Block(block.id, block.label, block.bbox, block.order, "", continues=head)


def _within(box: Sequence[float], width: int, height: int) -> Box:
    x0, y0, x1, y1 = (float(value) for value in box)
    left, right = sorted((min(max(x0, 0.0), width), min(max(x1, 0.0), width)))
    top, bottom = sorted((min(max(y0, 0.0), height), min(max(y1, 0.0), height)))
    return (left, top, right, bottom)
