"""The database of a site in processes of its own, its tables made once for all of them."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent


def database_of(data_dir: Path, template: str = "") -> dict[str, str]:
    """Where the suite runs on PostgreSQL, a site does too, and this variable says so. A second
    start with the same data directory finds the same database; it goes with the test's server."""
    server = os.environ.get("OCRSITE_TEST_DATABASE_URL")
    if not server:
        return {}
    name = "site_" + hashlib.sha256(bytes(data_dir)).hexdigest()[:16]
    with psycopg.connect(server, autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if known.fetchone() is None:
            template = template or _template_on_server(server)
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return {"DATABASE_URL": _url_of(server, name)}


def _url_of(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")


@lru_cache(maxsize=1)
def template_file() -> Path:
    """An SQLite database with its tables and nothing in them, made once by each test process."""
    # Below what the test process removes in the end; a benchmark has no such place.
    place = os.environ.get("OCRSITE_DATA_DIR")
    directory = Path(tempfile.mkdtemp(prefix="ocrsite-template-", dir=place))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    _migrate(directory)
    return directory / "db.sqlite3"


@lru_cache(maxsize=1)
def _template_on_server(server: str) -> str:
    """The name of such a database on the test's server."""
    name = f"template_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    with tempfile.TemporaryDirectory() as directory:
        _migrate(Path(directory), DATABASE_URL=_url_of(server, name))
    return name


def _migrate(data_dir: Path, **variables: str) -> None:
    """As the first start does."""
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "OCRSITE_DATA_DIR": str(data_dir), **variables},
        stdin=subprocess.DEVNULL,
        check=True,
        timeout=120,
    )
