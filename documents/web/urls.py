"""The addresses of the people's pages. They last: people keep them in bookmarks and messages."""

from __future__ import annotations

from documents.web import (
    download_many,
    lists,
    many,
    session,
    tag_names,
    tokens,
    tray,
    view_saving,
)

app_name = "web"

urlpatterns = [
    *lists.urlpatterns,
    *many.urlpatterns,
    *download_many.urlpatterns,
    *tag_names.urlpatterns,
    *tray.urlpatterns,
    *view_saving.urlpatterns,
    *session.urlpatterns,
    *tokens.urlpatterns,
]
