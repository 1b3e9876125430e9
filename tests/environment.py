"""Where tests keep their data and which database they use, settled before Django is loaded.

`OCRSITE_TEST_DATABASE=postgresql` runs the suite on a PostgreSQL of its own. A run in several
processes (pytest-xdist) inherits both from the first one by these variables.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from tests.postgres import Postgres, PostgresUnavailable

_DATA = "OCRSITE_DATA_DIR"
_DATABASE = "OCRSITE_TEST_DATABASE_URL"


class Prepared:
    """What this process made, to be taken down with it."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self._directory: Path | None = None
        self._postgres: Postgres | None = None

    def clean_up(self) -> None:
        if self._postgres is not None:
            self._postgres.stop()
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)


def prepare() -> Prepared:
    prepared = Prepared()
    for name in [name for name in os.environ if name.startswith(("OCRSITE_", "CLOUDRU_"))]:
        if not name.startswith("OCRSITE_TEST_"):
            del os.environ[name]
    for name in ("PORT", "REDIS_URL", "DATABASE_URL"):
        os.environ.pop(name, None)
    # Each process has its own: files that one test process writes are no other's business.
    prepared._directory = Path(tempfile.mkdtemp(prefix="ocrsite-test-"))
    os.environ[_DATA] = str(prepared._directory)
    if os.environ.get("OCRSITE_TEST_DATABASE") == "postgresql":
        if _DATABASE not in os.environ:
            try:
                prepared._postgres = Postgres.start()
            except PostgresUnavailable as error:
                prepared.problem = str(error)
                return prepared
            os.environ[_DATABASE] = prepared._postgres.url
        os.environ["DATABASE_URL"] = os.environ[_DATABASE]
    os.environ["DJANGO_SETTINGS_MODULE"] = "ocrsite.settings"
    return prepared
