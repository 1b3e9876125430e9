"""Two people on one page: which blocks both changed, and what the page said before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from documents.models import Page
from documents.review.edits import Edit
from documents.text.page_layout import Block, PageLayout


def find_text_seen(page: Page, revision: int) -> PageLayout | None:
    """What the page said in an earlier revision.

    None where that can't be told, or where its boxes are of another reading than today's: a newer
    reading has come, or was accepted, since then.
    """
    since = list(page.revisions.filter(number__gt=revision).order_by("number"))
    if not since or [each.number for each in since] != list(range(revision + 1, page.revision + 1)):
        return None
    until = page.revisions.filter(number__lte=revision).order_by("-number").first()
    if until is not None:
        return PageLayout.from_dict(until.layout) if until.number == revision else None
    return PageLayout.from_dict(since[0].based_on.layout)


def find_contested(
    seen: PageLayout, current: PageLayout, texts: Mapping[str, str], edits: Iterable[Edit]
) -> list[str]:
    """The ids of the blocks that this correction of `seen` touches and somebody else has changed
    or removed since. A block that has the same text now as is sent is not contested."""
    before = {block.id: block for block in seen.blocks}
    now = {block.id: block for block in current.blocks}
    touched = dict.fromkeys(texts)
    edited: set[str] = set()
    for edit in edits:
        touched.update(dict.fromkeys(sorted(edit.touches)))
        edited |= edit.touches
    return [
        name
        for name in touched
        if name in before
        and not _is_same(before[name], now.get(name))
        and (name in edited or name not in now or now[name].text != texts[name].strip())
    ]


def _is_same(block: Block, other: Block | None) -> bool:
    """Whether nobody changed the block; its number in the reading order may be another."""
    return other is not None and replace(block, order=0) == replace(other, order=0)
