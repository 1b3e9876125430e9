"""The figures of a reading, stored before the reading is recorded.

So a recorded reading never lacks a figure. A figure may be left over from a reading that was not
recorded because its worker had lost the page. It stays, since the worker that has the page now may
be storing the same file; it is small, `verify` counts it as derived, and it is deleted with its
document.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.conf import settings

from documents.files.figures import Figure, figure_key
from documents.files.storage import archive
from documents.replication import upload
from documents.replication.after_commit import upload_in_background
from documents.text.page_layout import PageLayout


def store_figures(
    document_id: uuid.UUID, number: int, layout: PageLayout, images: Mapping[str, bytes]
) -> list[Figure]:
    """Store the figures that `layout`, of page `number`, names, out of `images` (name -> WebP).

    Where several machines share the database, the figures are uploaded at once: otherwise the
    database would know of a file that only this machine has. Raises ValueError where a figure is
    missing or has a wrong name (a defect of the engine), StorageFull, BucketError.
    """
    figures = []
    for name in sorted({block.figure for block in layout.blocks if block.figure}):
        if name not in images:
            raise ValueError(f"the layout names the figure {name}, which did not come with it")
        figure = Figure.from_image(number, images[name])
        if figure.name != name:
            raise ValueError(f"the figure {name} should be called {figure.name}")
        figures.append(figure)
    for figure in figures:
        key = figure_key(document_id, figure.name)
        archive().write(key, images[figure.name])
        if settings.OCRSITE_BUCKET is None:
            continue
        if upload.may_share_database():
            upload.upload_file(document_id, key, figure.sha256)
        else:
            upload_in_background(document_id, key, figure.sha256)
    return figures
