"""The addresses of the people's pages. They last: people keep them in bookmarks and messages."""

from __future__ import annotations

<<<<<<< HEAD
from documents.web import lists, session, tokens
=======
from documents.web import download_many, lists, many, session, tag_names, tray, view_saving
>>>>>>> e646530 (wip2)

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
