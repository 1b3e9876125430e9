"""Fixtures for every test. Django's settings are named here (see tests/environment.py)."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import django
import pytest

# A bare `pytest` does not look for modules in the checkout.
ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.environment import prepare  # noqa: E402

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
def quick_passwords(settings: object) -> None:
    """A password hash is slow by design; tests make many users."""
    settings.PASSWORD_HASHERS = [  # type: ignore[attr-defined]
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]
