"""Figures put where they stay, before the reading that names them is recorded.

So a recorded reading never lacks one. The other way round one may be left over: of a reading that
was not recorded because its reader had lost the page. It stays, as the very same file may just be
coming from whoever has the page now; it is small, is called derived by `verify`, and goes with its
document.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.conf import settings

from documents.files.figures import Figure, figure_key
from documents.files.storage import archive
from documents.replication import upload
from documents.replication.after_commit import push_soon
from documents.text.page_layout import PageLayout


def keep_figures(
    document_id: uuid.UUID, number: int, layout: PageLayout, images: Mapping[str, bytes]
) -> list[Figure]:
    """Keep the figures that `layout`, of page `number`, names, out of `images` (name -> WebP).

    Raises ValueError where one is missing or has another's name (a defect of the engine),
    StorageFull. Where several machines share the database, that would know of a file on this disk
    alone: there it goes into the bucket at once. Raises BucketError then.
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
        if upload.machines_may_share_the_database():
            upload.push(document_id, key, figure.sha256)
        else:
            push_soon(document_id, key, figure.sha256)
    return figures
