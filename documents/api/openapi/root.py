"""Where the description's addresses start: those of the API alone."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [path("api/", include("documents.api.urls"))]
