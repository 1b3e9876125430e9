"""The addresses of what the API serves, for every page and answer that links to it.

Django resolves them by the name of the route, so that no room needs to import the API.
"""

from __future__ import annotations

import uuid
from functools import lru_cache

from django.urls import get_script_prefix, reverse


def documents_url() -> str:
    """Where documents are listed and uploaded."""
    return _find_documents(get_script_prefix())


def document_url(document_id: uuid.UUID) -> str:
    # Django takes longer to resolve it, and lists have it in every row.
    return f"{documents_url()}{document_id}/"


@lru_cache(maxsize=4)
def _find_documents(prefix: str) -> str:
    """`prefix`: where the site stands, which `reverse` puts in front."""
    return reverse("api:documents")


def person_url(document_id: uuid.UUID) -> str:
    """Where people see it."""
    return reverse("web:document", args=[document_id])


def original_url(document_id: uuid.UUID) -> str:
    return reverse("api:original", args=[document_id])


def result_url(document_id: uuid.UUID, kind: str) -> str:
    """`kind` is a key of RESULT_TYPES (documents/exports/downloads.py)."""
    return reverse(f"api:result-{kind}", args=[document_id])


def thumbnail_url(document_id: uuid.UUID) -> str:
    return reverse("api:thumbnail", args=[document_id])


def figure_url(document_id: uuid.UUID, name: str) -> str:
    """`name` as in a block's `figure`."""
    return reverse("api:figure", args=[document_id, name])


def page_url(document_id: uuid.UUID, number: int) -> str:
    return reverse("api:page", args=[document_id, number])


def page_image_url(document_id: uuid.UUID, number: int) -> str:
    return reverse("api:page-image", args=[document_id, number])


def page_thumbnail_url(document_id: uuid.UUID, number: int) -> str:
    return reverse("api:page-thumbnail", args=[document_id, number])


def page_text_url(document_id: uuid.UUID, number: int) -> str:
    """Where a page's text is corrected (PUT)."""
    return reverse("api:page-text", args=[document_id, number])


def token_url(token_id: uuid.UUID) -> str:
    return reverse("api:token", args=[token_id])


def fetch_url(fetch_id: uuid.UUID) -> str:
    return reverse("api:fetch", args=[fetch_id])


def arrangement_url(arrangement_id: uuid.UUID) -> str:
    return reverse("api:arrangement", args=[arrangement_id])


def resumable_url(upload_id: uuid.UUID) -> str:
    return reverse("api:resumable-upload", args=[upload_id])


def webhook_url(webhook_id: uuid.UUID) -> str:
    return reverse("api:webhook", args=[webhook_id])


def doubts_url(document_id: uuid.UUID) -> str:
    return reverse("api:doubts", args=[document_id])


def lease_url(document_id: uuid.UUID) -> str:
    return reverse("api:lease", args=[document_id])


def doubt_url(document_id: uuid.UUID, number: int, doubt_id: str) -> str:
    return reverse("api:doubt", args=[document_id, number, doubt_id])


def change_url(job_id: uuid.UUID) -> str:
    return reverse("api:change", args=[job_id])


def batch_url(batch_id: uuid.UUID) -> str:
    return reverse("api:batch", args=[batch_id])


def team_url(team_id: uuid.UUID) -> str:
    return reverse("api:team", args=[team_id])


def team_members_url(team_id: uuid.UUID) -> str:
    return reverse("api:team-members", args=[team_id])


def search_url() -> str:
    return reverse("api:search")


def saved_search_url(search_id: uuid.UUID) -> str:
    return reverse("api:saved-search", args=[search_id])


def source_url(source_id: uuid.UUID) -> str:
    return reverse("api:source", args=[source_id])
