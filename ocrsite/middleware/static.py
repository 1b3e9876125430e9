"""Static files under names that change with their content, where they were collected."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names after `collectstatic` (the image), plain ones before it.

    So a fresh checkout needs no step before it can be started, and no directory it may write.
    """

    def url(self, name: str | None, force: bool = False) -> str:
        if not self.hashed_files:
            return StaticFilesStorage.url(self, name)
        return str(super().url(name, force))


class StaticMiddleware(WhiteNoiseMiddleware):
    """Serves static files; that nothing was collected is no reason to warn at every start."""

    def add_files(self, root: str | Path, prefix: str | None = None) -> None:
        if Path(root).is_dir():
            super().add_files(root, prefix)
