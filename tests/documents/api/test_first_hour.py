"""docs/first-hour.md says what an integrator sees. Where an answer has changed on purpose:
`python -m tests.documents.api.first_hour`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.documents.api.first_hour import TRANSCRIPT, make_transcript, running_site

# Clients of the API, whose queries are tested on each database.
pytestmark = [
    pytest.mark.long,
    pytest.mark.real_site,
    pytest.mark.any_database,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not shutil.which("curl"), reason="needs curl"),
]


def test_the_first_hour_goes_as_it_is_written(tmp_path: Path) -> None:
    folder = tmp_path / "clone"
    folder.mkdir()
    text = TRANSCRIPT.read_text("utf-8")

    with running_site(tmp_path / "data") as site:
        site.wait_for_ocr_workers()
        assert make_transcript(text, site, folder) == text
