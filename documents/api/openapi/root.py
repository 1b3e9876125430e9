"""Where the description's addresses start: those of the API, and the one beside it."""

from __future__ import annotations

from django.urls import include, path

from documents.api.ocr import urlpatterns as ocr_urlpatterns

urlpatterns = [path("api/", include("documents.api.urls")), *ocr_urlpatterns]
