"""The routes below /api/. A trailing "/" may be left out."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from documents.api import (
    archive_members,
    arrangements,
    batches,
    changes,
    documents,
    download_many,
    editions,
    events,
    fetches,
    file_links,
    files,
    hold,
    log_in,
    me,
    members,
    pages,
    resumable,
    review,
    review_answers,
    saved_searches,
    search,
    similar,
    sources,
    stacks,
    tags,
    teams,
    tokens,
    webhooks,
    work,
)
from documents.api.openapi import views as openapi_views
from documents.api.views import ApiView, UnknownPathView
from documents.exports.downloads import RESULT_TYPES
from documents.exports.export_kinds import EXPORT_TYPES

app_name = "api"


def _route(route: str, view: type[ApiView], name: str) -> list[URLPattern]:
    handler = view.as_view()
    return [path(route, handler, name=name), path(route.removesuffix("/"), handler)]


_DOCUMENT = "v1/documents/<uuid:document_id>/"
_WEBHOOK = "v1/webhooks/<uuid:webhook_id>/"
_SOURCE = "v1/sources/<uuid:source_id>/"
_PAGE = f"{_DOCUMENT}pages/<int:number>/"

urlpatterns = [
    *_route("v1/auth/token/", log_in.LogInView, "log-in"),
    *_route("v1/auth/log-out-everywhere/", log_in.LogOutEverywhereView, "log-out-everywhere"),
    *_route("v1/me/", me.MeView, "me"),
    *_route("v1/tokens/", tokens.TokensView, "tokens"),
    *_route("v1/tokens/<uuid:token_id>/", tokens.TokenView, "token"),
    *_route("v1/teams/", teams.TeamsView, "teams"),
    *_route("v1/teams/<uuid:team_id>/", teams.TeamView, "team"),
    *_route("v1/teams/<uuid:team_id>/members/", members.MembersView, "team-members"),
    *_route("v1/teams/<uuid:team_id>/members/<str:username>/", members.MemberView, "team-member"),
    *_route("v1/tags/", tags.TagsView, "tags"),
    *_route("v1/tags/<uuid:tag_id>/", tags.TagView, "tag"),
    *_route("v1/documents/", documents.DocumentsView, "documents"),
    *_route("v1/documents/zip/", download_many.ZipView, "documents-zip"),
    *_route("v1/documents/batch/", documents.BatchView, "batch"),
    *_route("v1/uploads/", resumable.UploadsView, "resumable-uploads"),
    *_route("v1/uploads/<uuid:upload_id>/", resumable.UploadView, "resumable-upload"),
    *_route("v1/batches/", batches.BatchesView, "batches"),
    *_route("v1/batches/<uuid:batch_id>/", batches.BatchView, "batch"),
    *_route("v1/batches/<uuid:batch_id>/objects/", batches.BatchObjectsView, "batch-objects"),
    *_route("v1/batches/<uuid:batch_id>/report.csv", batches.BatchReportView, "batch-report"),
    *_route("v1/batches/<uuid:batch_id>/cancel/", batches.CancelBatchView, "cancel-batch"),
    *_route("v1/changes/", changes.ChangesView, "changes"),
    *_route("v1/changes/<uuid:change_id>/", changes.ChangeView, "change"),
    *_route("v1/changes/<uuid:change_id>/outcomes/", changes.OutcomesView, "change-outcomes"),
    *_route("v1/changes/<uuid:change_id>/cancel/", changes.CancelChangeView, "cancel-change"),
    *_route("v1/review/", review.QueueView, "review"),
    *_route("v1/review/next/", review.NextView, "review-next"),
    *_route(f"{_DOCUMENT}lease/", review.LeaseView, "lease"),
    *_route(f"{_DOCUMENT}postpone/", review.PostponeView, "postpone"),
    *_route(f"{_DOCUMENT}assign/", review.AssignView, "assign"),
    *_route(f"{_DOCUMENT}doubts/", review_answers.DoubtsView, "doubts"),
    *_route(f"{_PAGE}doubts/<str:doubt_id>/", review_answers.DoubtView, "doubt"),
    *_route(f"{_PAGE}checked/", review_answers.CheckedView, "page-checked"),
    *_route(f"{_DOCUMENT}hold/", hold.HoldView, "hold"),
    *_route("v1/work/", work.WorkView, "work"),
    *_route(f"{_DOCUMENT}cancel/", work.CancelView, "cancel"),
    *_route("v1/events/", events.EventsView, "events"),
    *_route("v1/webhooks/", webhooks.WebhooksView, "webhooks"),
    *_route(_WEBHOOK, webhooks.WebhookView, "webhook"),
    *_route(f"{_WEBHOOK}secret/", webhooks.SecretView, "webhook-secret"),
    *_route(f"{_WEBHOOK}test/", webhooks.TestView, "webhook-test"),
    *_route(f"{_WEBHOOK}deliveries/", webhooks.DeliveriesView, "webhook-deliveries"),
    *_route(f"{_WEBHOOK}redeliver/", webhooks.RedeliverView, "webhook-redeliver"),
    *_route("v1/sources/", sources.SourcesView, "sources"),
    *_route(_SOURCE, sources.SourceView, "source"),
    *_route(f"{_SOURCE}run/", sources.RunView, "source-run"),
    *_route(f"{_SOURCE}check/", sources.CheckView, "source-check"),
    *_route(f"{_SOURCE}items/", sources.ItemsView, "source-items"),
    *_route(f"{_SOURCE}retry/", sources.RetryView, "source-retry"),
    *_route("v1/fetches/<uuid:fetch_id>/", fetches.FetchView, "fetch"),
    *_route("v1/arrangements/<uuid:arrangement_id>/", arrangements.ArrangementView, "arrangement"),
    *_route(f"{_DOCUMENT}arrange/", arrangements.ArrangeView, "arrange"),
    *_route(f"{_DOCUMENT}collate/", arrangements.CollateView, "collate"),
    *_route(_DOCUMENT, documents.DocumentView, "document"),
    *_route(f"{_DOCUMENT}reprocess/", documents.ReprocessView, "reprocess"),
    *_route(f"{_DOCUMENT}password/", documents.PasswordView, "password"),
    *_route(f"{_DOCUMENT}approve/", documents.ApproveView, "approve"),
    *_route(f"{_DOCUMENT}reject/", documents.RejectView, "reject"),
    *_route(f"{_DOCUMENT}restore/", documents.RestoreView, "restore"),
    *_route(f"{_DOCUMENT}versions/", editions.EditionsView, "editions"),
    *_route(f"{_DOCUMENT}make-newest/", editions.MakeNewestView, "make-newest"),
    *_route(f"{_DOCUMENT}differences/", editions.DifferencesView, "differences"),
    *_route(f"{_DOCUMENT}original/", files.OriginalView, "original"),
    *_route(f"{_DOCUMENT}links/", file_links.FileLinksView, "file-links"),
    *_route(f"{_DOCUMENT}thumbnail/", files.ThumbnailView, "thumbnail"),
    path(f"{_DOCUMENT}figures/<str:name>", files.FigureView.as_view(), name="figure"),
    *(
        path(
            f"{_DOCUMENT}result.{kind}",
            files.ResultView.as_view(),
            {"kind": kind},
            f"result-{kind}",
        )
        for kind in (*RESULT_TYPES, *EXPORT_TYPES)
    ),
    *_route(f"{_DOCUMENT}members/", archive_members.ArchiveMembersView, "archive-members"),
    *_route(f"{_DOCUMENT}stack/", stacks.StackView, "stack"),
    *_route("v1/separator-sheets/", stacks.SeparatorSheetsView, "separator-sheets"),
    *_route(f"{_DOCUMENT}pages/", pages.PagesView, "pages"),
    *_route(_PAGE, pages.PageView, "page"),
    *_route(f"{_PAGE}image/", pages.PageImageView, "page-image"),
    *_route(f"{_PAGE}thumbnail/", pages.PageThumbnailView, "page-thumbnail"),
    *_route(f"{_PAGE}text/", pages.PageTextView, "page-text"),
    *_route(f"{_PAGE}readings/", pages.ReadingsView, "page-readings"),
    *_route(f"{_PAGE}readings/accept/", pages.AcceptReadingView, "accept-reading"),
    *_route(f"{_DOCUMENT}similar/", similar.SimilarView, "similar"),
    *_route("v1/search/", search.SearchView, "search"),
    *_route("v1/searches/", saved_searches.SavedSearchesView, "saved-searches"),
    *_route("v1/searches/<uuid:search_id>/", saved_searches.SavedSearchView, "saved-search"),
    *_route("schema/", openapi_views.SchemaView, "schema"),
    path("docs/", openapi_views.docs_page, name="docs"),
    path("v1/schemas/result-1.json", files.ResultSchemaView.as_view(), name="result-schema"),
    re_path("", UnknownPathView.as_view(), name="unknown-path"),
]
