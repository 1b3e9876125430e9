"""The addresses of the people's pages. They last: people keep them in bookmarks and messages."""

from __future__ import annotations

from documents.web import lists, session, tokens

app_name = "web"

urlpatterns = [
    *lists.urlpatterns,
    *session.urlpatterns,
    *tokens.urlpatterns,
]
