"""The URLs of the site: health and metrics, the API, the admin."""

from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

from documents.admin.invitation import invitation_view
from documents.admin.log_in import log_in_page
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
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/login/", log_in_page, name="log-in"),
    path("admin/invitation/", invitation_view, name="invitation"),
    path("admin/", admin.site.urls),
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
]
