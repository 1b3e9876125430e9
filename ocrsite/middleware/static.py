"""Static files: under names with a hash of their content once they are collected."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles.storage import HashedFilesMixin, StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """Hashed names after `collectstatic` (in the image), plain ones before it.

    So a fresh checkout can be started without any other step and without a writable directory.
    """

    #: A script of ours that imports another asks for its hashed name, too.
    support_js_module_import_aggregation = True
    _js_module_import_aggregation_patterns = (
        "documents/web/*.js",
        HashedFilesMixin._js_module_import_aggregation_patterns[1],  # type: ignore[attr-defined]
    )

    def url(self, name: str | None, force: bool = False) -> str:
        if not self.hashed_files:
            return StaticFilesStorage.url(self, name)
        return str(super().url(name, force))


class StaticMiddleware(WhiteNoiseMiddleware):
    """Serves static files, without a warning at every start that none were collected."""

    def add_files(self, root: str | Path, prefix: str | None = None) -> None:
        if Path(root).is_dir():
            super().add_files(root, prefix)
