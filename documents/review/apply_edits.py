"""Apply a person's edits to the blocks of a page: words that remain keep their boxes. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from documents.errors import InvalidRequest
from documents.messages import Message
from documents.review.apply_correction import TYPED, correct_block
from documents.review.edits import (
    TABLE,
    AddBlock,
    DeleteBlock,
    Edit,
    EditTable,
    MergeBlocks,
    MoveBlock,
    RelabelBlock,
    SplitBlock,
)
from documents.review.flag_rules import drop_settled_flags
from documents.review.join_blocks import join_blocks, split_block
from documents.review.table_block import cells_of_text, make_table, relabel
from documents.text.page_layout import Block, Box, PageLayout
from documents.text.word_alignment import Effort

#: Blocks of a page; more would make it slow for everyone who looks at it.
MAX_BLOCKS = 5_000
#: Ids of blocks that a person made: "added-1", "added-2", ...
_PREFIX = "added-"

Blocks = list[Block]


def apply_edits(layout: PageLayout, edits: Iterable[Edit]) -> PageLayout:
    """`layout` after `edits`, each applied to what the one before left.

    Raises InvalidRequest, naming `edits.<index>`, for one that makes no sense on this page.
    """
    effort = Effort()
    blocks = layout.blocks_in_order()
    for index, edit in enumerate(edits):
        try:
            blocks = _APPLY[type(edit)](blocks, edit, layout, effort)
            if len(blocks) > MAX_BLOCKS:
                raise _Refused(Message("A page has at most {most} blocks.", most=MAX_BLOCKS))
        except _Refused as refusal:
            raise InvalidRequest.for_field(f"edits.{index}", refusal.message) from None
    changed = replace(layout, blocks=tuple(_number(blocks)))
    return drop_settled_flags(changed)


class _Refused(Exception):
    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


def _find(blocks: Sequence[Block], block_id: str) -> int:
    for index, block in enumerate(blocks):
        if block.id == block_id:
            return index
    raise _Refused(Message("The page has no block “{block}”.", block=block_id))


def _number(blocks: Sequence[Block]) -> Iterable[Block]:
    """Blocks inside the reading order are renumbered."""
    order = 0
    for block in blocks:
        if block.order is None:
            yield block
        else:
            yield block if block.order == order else replace(block, order=order)
            order += 1


def _new_id(blocks: Sequence[Block]) -> str:
    taken = {block.id for block in blocks}
    return next(f"{_PREFIX}{n}" for n in range(1, len(taken) + 2) if f"{_PREFIX}{n}" not in taken)


def _add(blocks: Blocks, edit: AddBlock, layout: PageLayout, effort: Effort) -> Blocks:
    box = _clip(edit.bbox, layout)
    empty = Block(_new_id(blocks), edit.label, box, 0, "", confidence=TYPED)
    if edit.label == TABLE:
        block = make_table(empty, cells_of_text(edit.text), effort)
    else:
        block = relabel(correct_block(empty, edit.text, effort), edit.label)
    if edit.after is None:
        place = 0
    elif edit.after == AddBlock.BY_PLACE:
        below = (index for index, other in enumerate(blocks) if _is_behind(other.bbox, box))
        place = next(below, len(blocks))
    else:
        place = _find(blocks, edit.after) + 1
    return [*blocks[:place], block, *blocks[place:]]


def _is_behind(other: Box, box: Box) -> bool:
    """Whether `other` starts below the middle of `box`, or right of it on its line."""
    middle = (box[1] + box[3]) / 2
    return other[1] > middle or (other[1] <= middle <= other[3] and other[0] >= box[2])


def _clip(box: Box, layout: PageLayout) -> Box:
    x0, y0, x1, y1 = box
    x0, x1 = max(x0, 0.0), min(x1, float(layout.width))
    y0, y1 = max(y0, 0.0), min(y1, float(layout.height))
    if x1 - x0 < 1 or y1 - y0 < 1:
        raise _Refused(
            Message(
                "The box lies outside of the page, which has {width} × {height} pixels.",
                width=layout.width,
                height=layout.height,
            )
        )
    return (x0, y0, x1, y1)


def _split(blocks: Blocks, edit: SplitBlock, layout: PageLayout, effort: Effort) -> Blocks:
    index = _find(blocks, edit.block)
    block = blocks[index]
    if block.html:
        raise _Refused(Message("A table is not split. Make it a text first."))
    if not 0 < edit.at < len(block.text.split()):
        raise _Refused(Message("Both parts of a split block must have words."))
    parts = split_block(block, edit.at, _new_id(blocks), effort)
    return [*blocks[:index], *parts, *blocks[index + 1 :]]


def _merge(blocks: Blocks, edit: MergeBlocks, layout: PageLayout, effort: Effort) -> Blocks:
    if len(set(edit.blocks)) < 2:
        raise _Refused(Message("Name at least two blocks to merge."))
    chosen = [blocks[_find(blocks, name)] for name in dict.fromkeys(edit.blocks)]
    if any(block.html for block in chosen):
        raise _Refused(Message("Tables are not merged. Make them texts first."))
    if any(block.figure for block in chosen[1:]):
        raise _Refused(Message("A picture is merged only as the first block."))
    merged = join_blocks(chosen)
    gone = {block.id for block in chosen[1:]}
    return [
        _redirect(merged if block.id == merged.id else block, gone, merged.id)
        for block in blocks
        if block.id not in gone
    ]


def _redirect(block: Block, gone: set[str], to: str) -> Block:
    """What continued a block that is no more continues `to`."""
    if block.continues not in gone:
        return block
    return replace(block, continues="" if to == block.id else to)


def _delete(blocks: Blocks, edit: DeleteBlock, layout: PageLayout, effort: Effort) -> Blocks:
    _find(blocks, edit.block)
    return [_redirect(each, {edit.block}, "") for each in blocks if each.id != edit.block]


def _relabel(blocks: Blocks, edit: RelabelBlock, layout: PageLayout, effort: Effort) -> Blocks:
    index = _find(blocks, edit.block)
    return [*blocks[:index], relabel(blocks[index], edit.label), *blocks[index + 1 :]]


def _move(blocks: Blocks, edit: MoveBlock, layout: PageLayout, effort: Effort) -> Blocks:
    block = blocks[_find(blocks, edit.block)]
    if edit.after == edit.block:
        raise _Refused(Message("A block can’t stand after itself."))
    # A block outside the reading order stands by its height alone, until a person places it.
    block = replace(block, order=0) if block.order is None else block
    others = [each for each in blocks if each.id != edit.block]
    place = 0 if edit.after is None else _find(others, edit.after) + 1
    return [*others[:place], block, *others[place:]]


def _table(blocks: Blocks, edit: EditTable, layout: PageLayout, effort: Effort) -> Blocks:
    index = _find(blocks, edit.block)
    return [*blocks[:index], make_table(blocks[index], edit.rows, effort), *blocks[index + 1 :]]


_APPLY: dict[type, Callable[[Blocks, Any, PageLayout, Effort], Blocks]] = {
    AddBlock: _add,
    SplitBlock: _split,
    MergeBlocks: _merge,
    DeleteBlock: _delete,
    RelabelBlock: _relabel,
    MoveBlock: _move,
    EditTable: _table,
}
