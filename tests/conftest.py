"""Fixtures for every test. Django's settings are named here (see tests/environment.py)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import django
import pytest

# A bare `pytest` does not look for modules in the checkout.
ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.environment import prepare  # noqa: E402

if TYPE_CHECKING:
    from documents.bucket.store import Bucket
    from tests.s3 import S3Server

PREPARED = prepare()
if not PREPARED.problem:
    # Before the fixtures that stand beside tests are imported: they name models. pytest-django
    # would do it by itself only where the settings were named to it.
    django.setup()


def pytest_configure(config: pytest.Config) -> None:
    """A service that a run was asked to use and can't: skipped at a desk, failed in CI."""
    if PREPARED.problem:
        PREPARED.clean_up()
        pytest.exit(
            f"PostgreSQL was asked for and is not available: {PREPARED.problem}",
            returncode=1 if os.environ.get("CI") else 0,
        )


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--size",
        choices=("quick", "all"),
        default="all",
        help="quick: every promise once, without what takes long; all: every promise on every "
        "database that it concerns",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what this run is not for, and start with what takes long, so that no process is
    left alone with it at the end."""
    quick = config.getoption("--size") == "quick"
    on_postgresql = os.environ.get("OCRSITE_TEST_DATABASE") == "postgresql"
    wanted = [
        item
        for item in items
        if not (quick and _has(item, "long", "container"))
        and (not on_postgresql or _concerns_postgresql(item, quick))
    ]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(wanted)])
    # A stable sort: files stay together.
    items[:] = sorted(
        wanted, key=lambda item: not _has(item, "long", "container", "chaos", "browser")
    )


def _concerns_postgresql(item: pytest.Item, quick: bool) -> bool:
    """Whether the test's promise may break on PostgreSQL alone. Quick: only what says so itself;
    else whatever uses the database, or a whole site with one."""
    if _has(item, "browser", "sqlite_only"):
        return False
    if _has(item, "postgresql"):
        return True
    if _has(item, "any_database"):
        return False
    fixtures = getattr(item, "fixturenames", ())
    uses_database = _has(item, "django_db", "real_site") or "db" in fixtures
    return uses_database and not quick


def _has(item: pytest.Item, *markers: str) -> bool:
    return any(item.get_closest_marker(marker) for marker in markers)


def pytest_unconfigure(config: pytest.Config) -> None:
    PREPARED.clean_up()


def _shared() -> Path | None:
    """The samples lie beside the checkout, or where OCRSITE_TEST_SHARED says."""
    path = Path(os.environ.get("OCRSITE_TEST_SHARED") or ROOT.parent / "shared")
    return path if (path / "samples" / "manifest.json").is_file() else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("shared") and _shared() is None:
        message = "the sample documents (../shared) are not here"
        if os.environ.get("CI"):
            pytest.fail(f"{message}, and in CI they must be")
        pytest.skip(message)


@pytest.fixture(scope="session")
def shared_dir() -> Path | None:
    return _shared()


@pytest.fixture
def shared(shared_dir: Path | None) -> Path:
    """The directory of samples; a test that asks for it skips where it is absent (fails in CI)."""
    if shared_dir is None:
        message = "the sample documents (../shared) are not here"
        if os.environ.get("CI"):
            pytest.fail(f"{message}, and in CI they must be")
        pytest.skip(message)
    return shared_dir


@pytest.fixture(autouse=True)
def media(tmp_path_factory: pytest.TempPathFactory, settings: object) -> Path:
    """Each test's documents lie in a directory of its own."""
    path = tmp_path_factory.mktemp("media")
    settings.MEDIA_ROOT = path  # type: ignore[attr-defined]
    return path


@pytest.fixture(autouse=True)
def search_directory(tmp_path_factory: pytest.TempPathFactory, settings: object) -> Path:
    """Each test's search index too; there is none before the test makes one."""
    path = tmp_path_factory.mktemp("site") / "search"
    settings.OCRSITE_SEARCH_DIR = path  # type: ignore[attr-defined]
    return path


@pytest.fixture(autouse=True)
def no_reads_noted() -> Iterator[None]:
    """What a test's requests have read is written where the test flushes it, and nowhere else."""
    from documents.audit.reads import reads

    reads.clear()
    yield
    reads.clear()


@pytest.fixture(autouse=True)
def quick_passwords(settings: object) -> None:
    """A password hash is slow by design; tests make many users."""
    settings.PASSWORD_HASHERS = [  # type: ignore[attr-defined]
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """One S3 server for all tests of this process; each makes a bucket of its own there."""
    # Half a second to load, which the other tests need not wait for.
    from tests.s3 import S3Server, S3Unavailable

    server = S3Server()
    try:
        server.start()
    except S3Unavailable as error:
        server.stop()
        if os.environ.get("CI"):
            pytest.fail(f"{error}, and in CI there must be an S3 server")
        pytest.skip(str(error))
    yield server
    server.stop()


@pytest.fixture
def s3_bucket(s3_server: S3Server) -> Bucket:
    """An empty bucket, as a site sees it. The settings do not name it."""
    from documents.bucket.store import Bucket

    return Bucket(s3_server.address(s3_server.new_bucket()))
