"""The people's pages, asked through Django's test client."""

from __future__ import annotations

from tests.documents.admin.conftest import (  # noqa: F401
    browser,
    language,
    reader_browser,
    reviewer,
    root_browser,
    stranger_browser,
    team,
)
