"""Sites in real processes: at their first start, open to be ended, or shared by a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, running, running_from_nothing

QUEUE = "(valkey|redis)-server"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def fresh_site(data_dir: Path) -> Iterator[Site]:
    """One that is at its first start."""
    with running_from_nothing(data_dir) as site:
        yield site


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site for all tests that leave it running, whatever they kill of it."""
    data_dir = tmp_path_factory.mktemp("shared") / "data"
    with running(
        data_dir,
        OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD,
        OCRSITE_WEB_PROCESSES="2",
        OCRSITE_WORKERS="2",
    ) as site:
        site.wait_for_bootstrap()
        yield site
