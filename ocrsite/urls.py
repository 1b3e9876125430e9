"""The URLs of the site: health and metrics, the API, the people's pages, the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from documents.api.mcp.view import McpView
from documents.api.ocr import urlpatterns as ocr_urlpatterns
from documents.web.invitation import invitation_view, old_invitation_view
from documents.web.log_in import admin_log_in_view, log_in_view
from ocrsite.monitoring.health import health, ready
from ocrsite.monitoring.metrics import metrics

_PAGES = "ocrsite.middleware.error_pages"
handler400 = f"{_PAGES}.handle_bad_request"
handler403 = f"{_PAGES}.handle_forbidden"
handler404 = f"{_PAGES}.handle_missing_page"
handler500 = f"{_PAGES}.handle_failure"

urlpatterns: list[URLPattern | URLResolver] = [
    re_path(r"^health/?$", health, name="health"),
    re_path(r"^health/ready/?$", ready, name="health-ready"),
    re_path(r"^metrics/?$", metrics, name="metrics"),
    path("api/", include("documents.api.urls")),
    *ocr_urlpatterns,
    re_path(r"^mcp/?$", McpView.as_view(), name="mcp"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("login/", log_in_view, name="log-in"),
    path("invitation/", invitation_view, name="invitation"),
    path("admin/login/", admin_log_in_view),
    path("admin/invitation/", old_invitation_view),
    path("admin/", admin.site.urls),
    path("", include("documents.web.urls")),
]
