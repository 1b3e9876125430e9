"""A reviewer's answers to doubts, put into a page's layout and taken out again. Pure.

An answer is a JSON object in `Page.answers`, by the id of its doubt:

    {"answer": "right" | "first" | "second" | "text", "by": user name, "at": ISO 8601,
     "block": id, "before": words, "after": words or null, "start": index, "revision": number,
     "also": [ids of the doubts about what was typed]}

`after` is null where the answer left the text as it was: then the doubt is remembered here alone.
`revision` is the page's revision that the answer made, `from` the one before.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from documents.review.apply_correction import apply_correction
from documents.review.doubts import Doubt, DoubtKind
from documents.review.flag_rules import CUT, Flag, add_flags, drop_settled_flags, find_causes
from documents.review.table_block import replace_in_table
from documents.text.page_layout import Block, PageLayout
from documents.text.word_alignment import Effort, find_changes


class Answer(str, enum.Enum):
    """What a reviewer says of a doubt."""

    RIGHT = "right"
    FIRST = "first"
    SECOND = "second"
    TEXT = "text"

    __str__ = str.__str__


def choose_text(doubt: Doubt, answer: Answer, typed: str) -> str | None:
    """What is to stand there; None: what stands there already."""
    if answer in (Answer.RIGHT, Answer.FIRST) or (answer == Answer.SECOND and doubt.other is None):
        return None
    chosen = typed if answer == Answer.TEXT else (doubt.other or "")
    # Words, as a line has them; only where nothing was read, lines are typed.
    if doubt.kind == DoubtKind.UNREAD:
        chosen = "\n".join(" ".join(line.split()) for line in chosen.strip().splitlines())
    else:
        chosen = " ".join(chosen.split())
    return None if chosen == " ".join(doubt.text.split()) else chosen


def put_answer(layout: PageLayout, doubt: Doubt, chosen: str) -> PageLayout:
    """`layout` with `chosen` in place of the doubt; everything else on the page stays in doubt
    as it was. Raises ValueError where the text does not have the place."""
    if doubt.kind == DoubtKind.UNREAD and not doubt.block:
        block = _free_block(layout, doubt)
        layout = replace(layout, blocks=(*layout.blocks, block))
        doubt = replace(doubt, block=block.id, start=0, stop=0)
    old = next(block for block in layout.blocks if block.id == doubt.block)
    if doubt.start is None or doubt.stop is None:
        raise ValueError("the place of the doubt is not in the text")
    changed = _replace(layout, old, doubt.start, doubt.stop, chosen)
    return _keep_other_causes(layout, changed, old, doubt)


def _replace(layout: PageLayout, old: Block, start: int, stop: int, new: str) -> PageLayout:
    """`layout` with words of the block `old` replaced; a table stays one."""
    table = replace_in_table(old, start, stop, new) if old.html else None
    if table is None:
        return apply_correction(layout, {old.id: replace_words(old.text, start, stop, new)})
    blocks = tuple(table if block.id == old.id else block for block in layout.blocks)
    return drop_settled_flags(replace(layout, blocks=blocks))


def replace_words(text: str, start: int, stop: int, new: str) -> str:
    """`text` with its words from `start` to `stop` replaced; all other white space stays."""
    spans = [found.span() for found in re.finditer(r"\S+", text)]
    if start < stop:
        return text[: spans[start][0]] + new + text[spans[stop - 1][1] :]
    if start < len(spans):
        return text[: spans[start][0]] + new + " " + text[spans[start][0] :]
    return text.rstrip() + (" " if spans else "") + new


def take_back(
    now: PageLayout, before: PageLayout, after: PageLayout, answer: Mapping[str, Any]
) -> PageLayout | None:
    """`now` as if the answer that made `after` of `before` had not been given; None where what it
    changed has been changed again, or the block is gone."""
    block_id = answer["block"]
    was, made, current = (_find(layout, block_id) for layout in (before, after, now))
    if current is None or made is None:
        return None
    if was is None:  # the answer made the block
        if current != made:
            return None
        left = tuple(block for block in now.blocks if block.id != block_id)
        return _with_causes(replace(now, blocks=left), before)
    if current == made:
        restored = was
    else:
        start = _follow(made, current, answer)
        if start is None:
            return None
        stop = start + len(str(answer["after"]).split())
        changed = _replace(now, current, start, stop, answer["before"])
        restored = next(block for block in changed.blocks if block.id == block_id)
        gone = [each for each in was.disputes if each not in made.disputes]
        restored = replace(restored, disputes=(*restored.disputes, *gone))
    blocks = tuple(restored if block.id == block_id else block for block in now.blocks)
    return _with_causes(replace(now, blocks=blocks), before)


def _follow(made: Block, current: Block, answer: Mapping[str, Any]) -> int | None:
    """Where the answer's words are now, all of them unchanged; None where they are not."""
    start, length = answer["start"], len(str(answer["after"]).split())
    now: dict[int, int] = {}
    for step in find_changes(made.text.split(), current.text.split(), Effort()):
        if step.same:
            now.update(zip(range(step.i0, step.i1), range(step.j0, step.j1), strict=True))
    if not length:  # words were taken away: between the same two words
        if start in now:
            return now[start]
        return now[start - 1] + 1 if start - 1 in now else None
    places = [now.get(start + offset) for offset in range(length)]
    first = places[0]
    if first is None or places != list(range(first, first + length)):
        return None
    return first


def _with_causes(layout: PageLayout, before: PageLayout) -> PageLayout:
    """With the flags that the page had `before` and whose cause is there again, or was never in the
    layout to be seen."""
    unseen = set(before.flags) - {flag.value for flag in find_causes(before)}
    again = {flag.value for flag in find_causes(layout)} & set(before.flags) | unseen
    flagged = add_flags(layout, [Flag(name) for name in again])
    if Flag.EMPTY_REGION.value in again:
        flagged = replace(flagged, unread=before.unread)
    return flagged


def _keep_other_causes(
    before: PageLayout, changed: PageLayout, old: Block, doubt: Doubt
) -> PageLayout:
    """A block that was cut stays so until that is answered: a correction makes it certain."""
    if doubt.kind == DoubtKind.CUT or old.confidence != CUT:
        return changed
    blocks = tuple(
        replace(block, confidence=CUT) if block.id == old.id else block for block in changed.blocks
    )
    return drop_settled_flags(
        replace(changed, blocks=blocks, flags=before.flags, unread=before.unread)
    )


def _free_block(layout: PageLayout, doubt: Doubt) -> Block:
    """An empty block for what was typed where nothing was read."""
    known = {block.id for block in layout.blocks}
    number = next(n for n in range(1, len(known) + 2) if f"typed-{n}" not in known)
    orders = [block.order for block in layout.blocks if block.order is not None]
    return Block(
        id=f"typed-{number}",
        label="text",
        bbox=doubt.bbox,
        order=max(orders, default=-1) + 1,
        text="",
    )


def _find(layout: PageLayout, block_id: str) -> Block | None:
    return next((block for block in layout.blocks if block.id == block_id), None)
