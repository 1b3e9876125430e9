"""Convert the pipeline's result of one page to our layout. Pure; needs no library of Paddle's.

Supports the forms of PaddleOCR 3.3 to 3.7, as in `result.json` or saved to a file: a dictionary,
below "res" or not, with a `parsing_res_list` of blocks. Their keys differ from version to version;
only label, content and box are required.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from documents.errors import EngineFailed
from documents.messages import Message
from documents.review.flag_rules import CUT
from documents.text.markdown import FORMULA_LABELS, block_to_markdown
from documents.text.page_layout import Block, Box, PageLayout
from documents.text.safe_html import sanitise_table
from documents.text.tables import parse_rows, rows_to_markdown, rows_to_text
from ocr_worker.repetition import cut_repetition

from .tables import strip_marks

#: Labels of blocks outside the reading order, at a page's edges.
_OUTSIDE = frozenset({"header", "footer", "number", "header_image", "footer_image"})

#: Labels that the pipeline merges: a text that continues in another column or below a picture.
_MERGED = frozenset({"text"})

#: A "less than" that starts no tag, which an HTML parser would take for one. Letters and words that
#: may be a cell's text must form a whole tag to count as one.
_LOOSE = re.compile(
    r"<(?!/?(?:table|thead|tbody|tfoot|tr|td|th|script|style|img|svg)\b[^<>]*>"
    r"|/?[a-z][a-z0-9]*(?:\s+[^<>=]+=[^<>]*)?\s*/?>)",
    re.IGNORECASE,
)

#: Tags of HTML and of the model's table notation; and how many letters identify a text.
_TAGS = re.compile(r"<[^<>]*>")
_IDENTIFYING_LETTERS = 60

#: A formula inside a text: one or two dollar signs at either end (the library writes ` $ x $ `).
_MATH = re.compile(r"(\$\$[^$]+\$\$|\$[^$\n]+\$)")


def build_layout(
    result: Mapping[str, Any], *, width: int, height: int, dpi: float, cut: Iterable[str] = ()
) -> PageLayout:
    """Build the layout of a page that was read from an image of `width` x `height` px at `dpi`.

    `cut`: the answers that the guard has cut because they repeated themselves. Their blocks, and
    blocks cut here, have the confidence `documents.review.flag_rules.CUT`.

    Boxes are px of that image, clipped at its edges. A text that runs on in other regions is whole
    in the first one; the others `continue` it. Raises EngineFailed for an invalid result.
    """
    blocks = _extract_blocks(result)
    converted: list[Block] = []
    heads: dict[Any, str] = {}
    known = {_match_key(text) for text in cut}
    for index, raw in enumerate(blocks):
        try:
            block = _convert_block(raw, index, width, height, known)
        except (KeyError, TypeError, ValueError) as error:
            raise EngineFailed(
                Message(
                    "PaddleOCR-VL gave an invalid block ({problem}).",
                    problem=f"{type(error).__name__}: {error}",
                )
            ) from error
        head = _find_head(raw, block, converted, heads)
        converted.append(_make_continuation(block, head) if head else block)
    return PageLayout(width=width, height=height, dpi=dpi, blocks=tuple(converted))


def _extract_blocks(result: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found = result.get("res", result)
    blocks = found.get("parsing_res_list") if isinstance(found, Mapping) else None
    if not isinstance(blocks, Sequence):
        raise EngineFailed(Message("PaddleOCR-VL gave a result without a parsing_res_list."))
    return blocks


def _convert_block(
    raw: Mapping[str, Any], index: int, width: int, height: int, cut: Container[str]
) -> Block:
    label = str(raw["block_label"])
    content, was_cut = cut_repetition(str(raw.get("block_content") or "").strip())
    text, markdown, html = _convert_content(label, content)
    return Block(
        id=f"b{index + 1}",
        label=label,
        bbox=_clip_box(raw["block_bbox"], width, height),
        # The list is in reading order, including tables and pictures without `block_order`.
        order=None if label in _OUTSIDE else index,
        text=text,
        markdown=markdown,
        confidence=CUT if was_cut or (text and _match_key(text) in cut) else None,
        html=html,
    )


def _match_key(text: str) -> str:
    """The first letters and digits of a text: equal in the model's notation and in ours."""
    return "".join(filter(str.isalnum, _TAGS.sub("", text)))[:_IDENTIFYING_LETTERS]


def _convert_content(label: str, content: str) -> tuple[str, str, str]:
    """Plain text, Markdown, and HTML where it is a table."""
    if "<table" in content.lower() or (label == "table" and "<tr" in content.lower()):
        html = sanitise_table(_LOOSE.sub("&lt;", content))
        rows = parse_rows(html)
        return rows_to_text(rows), rows_to_markdown(rows), html
    if label == "table":
        text = strip_marks(content)
        return text, block_to_markdown(label, text), ""
    if label in FORMULA_LABELS:
        latex = content.strip("$ \n")
        return latex, block_to_markdown(label, latex), ""
    text = "\n".join(" ".join(line.split()) for line in content.splitlines())
    return text, _build_markdown(label, text), ""


def _build_markdown(label: str, text: str) -> str:
    """The text's Markdown, with formulas inside it unchanged."""
    formulas: list[str] = []

    def replace_formula(found: re.Match[str]) -> str:
        formulas.append(found[0])
        return f"\ue000{len(formulas) - 1}\ue001"  # private-use characters are never escaped

    kept = _MATH.sub(replace_formula, text.replace("\ue000", "").replace("\ue001", ""))
    return re.sub(
        "\ue000(\\d+)\ue001", lambda found: formulas[int(found[1])], block_to_markdown(label, kept)
    )


def _find_head(
    raw: Mapping[str, Any], block: Block, before: Sequence[Block], heads: dict[Any, str]
) -> str:
    """The id of the block whose text this one continues; "" where it continues none.

    Newer versions mark this with `group_id`; older ones leave a text empty that they merged into
    the previous text.
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


def _make_continuation(block: Block, head: str) -> Block:
    return Block(block.id, block.label, block.bbox, block.order, "", continues=head)


def _clip_box(box: Sequence[float], width: int, height: int) -> Box:
    x0, y0, x1, y1 = (float(value) for value in box)
    left, right = sorted((min(max(x0, 0.0), width), min(max(x1, 0.0), width)))
    top, bottom = sorted((min(max(y0, 0.0), height), min(max(y1, 0.0), height)))
    return (left, top, right, bottom)
