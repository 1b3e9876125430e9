from __future__ import annotations

from tests.documents.search.conftest import follow

__all__ = ["follow"]
