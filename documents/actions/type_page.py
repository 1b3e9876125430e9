"""A page that could not be read gets its first text from a person."""

from __future__ import annotations

from documents.errors import InvalidRequest, NothingRead, StillBeingRead
from documents.messages import Message
from documents.models import Document, Page, PageStatus, Reading
from documents.text.page_layout import PageLayout

#: px of the longest side; page images have at most 2,000.
MAX_SIDE = 20_000
#: The longer side of A4 in inches: what a page without a known resolution is taken for.
_A4_INCHES = 11.69

#: (width, height) of a page image, px.
Size = tuple[int, int]


def empty_layout(document: Document, page: Page, size: Size | None) -> PageLayout:
    """What stands on a page that failed: nothing yet. `size`: of the page image that the person's
    boxes are of.

    Raises NothingRead where the page waits to be read, StillBeingRead, InvalidRequest.
    """
    if page.status != PageStatus.FAILED:
        raise NothingRead(
            Message("This page has not been read, so there is no text to correct."),
            document=document.id,
            page=page.number,
        )
    if document.is_unfinished:
        raise StillBeingRead(document=document.id, page=page.number)
    if size is None or not all(0 < side <= MAX_SIDE for side in size):
        message = Message(
            "Nothing was read on this page: say how large its image is, in pixels, so that the "
            "boxes of the new blocks have a meaning."
        )
        raise InvalidRequest.for_field("image", message)
    width, height = size
    return PageLayout(width=width, height=height, dpi=round(max(size) / _A4_INCHES, 2))


def record_empty_reading(document: Document, page: Page, layout: PageLayout) -> Reading:
    """The reading, of no engine, that the person's correction is based on. The page counts as read.

    Both rows are locked by the caller, which saves them and announces the change.
    """
    reading = Reading.objects.create(
        page=page,
        run=document.run,
        engine="",
        width=layout.width,
        height=layout.height,
        dpi=layout.dpi,
        layout=layout.to_dict(),
    )
    page.current_reading = reading
    page.set_done()
    document.pages_failed -= 1
    document.pages_done += 1
    return reading
