"""Keep what is counted of a page's doubts in step with its text and answers. (Part of others.)"""

from __future__ import annotations

from documents.models import Page, PageDoubt
from documents.models.doubt import LONGEST_TOKEN
from documents.review.doubts import Doubt, DoubtKind, find_doubts
from documents.text.page_layout import PageLayout

#: Of words, which may stand in other documents, too.
_OF_WORDS = frozenset({DoubtKind.DISPUTED, DoubtKind.LOOKALIKES, DoubtKind.UNCERTAIN})
#: Rows of one page: where more words are in doubt, the page wants a look as a whole.
_MOST_ROWS = 200


def count_doubts(page: Page, layout: PageLayout) -> list[Doubt]:
    """Set `page.open_doubts`, without saving, and replace the page's rows of doubts, which are
    those of `layout` without an answer. Returns them."""
    doubts = find_doubts(layout, page.answers)
    page.open_doubts = len(doubts)
    page.doubts.all().delete()
    PageDoubt.objects.bulk_create(
        [
            PageDoubt(
                page=page, key=doubt.id, kind=doubt.kind.value, text=doubt.text, other=doubt.other
            )
            for doubt in doubts[:_MOST_ROWS]
            if doubt.kind in _OF_WORDS
            and doubt.start is not None
            and 0 < len(doubt.text) <= LONGEST_TOKEN
            and len(doubt.other or "") <= LONGEST_TOKEN
        ]
    )
    return doubts
