"""The addresses of the people's pages. They last: people keep them in bookmarks and messages."""

from __future__ import annotations

from documents.web import (
    audit,
    document,
    download_many,
    lists,
    many,
    password,
    readings,
    review,
    review_answers,
    review_group,
    review_rules,
    search,
    session,
    setup,
    tag_names,
    team,
    team_changes,
    tokens,
    trash,
    tray,
    view_saving,
    webhook_changes,
    webhooks,
)

app_name = "web"

urlpatterns = [
    *audit.urlpatterns,
    *document.urlpatterns,
    *download_many.urlpatterns,
    *lists.urlpatterns,
    *many.urlpatterns,
    *readings.urlpatterns,
    *review_answers.urlpatterns,
    *password.urlpatterns,
    *review.urlpatterns,
    *review_group.urlpatterns,
    *review_rules.urlpatterns,
    *search.urlpatterns,
    *session.urlpatterns,
    *setup.urlpatterns,
    *tag_names.urlpatterns,
    *team.urlpatterns,
    *team_changes.urlpatterns,
    *tokens.urlpatterns,
    *trash.urlpatterns,
    *tray.urlpatterns,
    *view_saving.urlpatterns,
    *webhooks.urlpatterns,
    *webhook_changes.urlpatterns,
]
