"""Hostile files, uploaded to a real site: each comes to a clear end and takes nobody with it.

The whole set takes many minutes (one file has 5,000 pages): `tests/benchmarks/hostile.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guarded_site import LIMITS, Watch, give
from tests.ocrsite.running_site import ADMIN_PASSWORD, running

pytestmark = [
    pytest.mark.long,
    pytest.mark.shared,
    pytest.mark.chaos,
    pytest.mark.slow,
    pytest.mark.timeout(700),
]

#: Every kind of harm, without those that only take long.
CHOSEN = (
    "empty/*", "svg/*", "office/*", "mail/*", "zip-bomb/*", "archive/*", "polyglot/*",
    "encrypted/*", "image-bomb/[!t]*", "pdf-bomb/form*", "pdf-bomb/huge*", "pdf-bomb/page_tree*",
    "pdf-bomb/[a-e]*", "fuzzed-pdf/[3-4]*", "broken-image/*", "wrong-extension/*",
)  # fmt: skip


def test_hostile_files_end_clearly_and_harm_nobody(shared: Path, tmp_path: Path) -> None:
    folder = shared / "hostile"
    files = sorted({path for pattern in CHOSEN for path in folder.glob(pattern)})
    assert len(files) > 50

    with running(
        tmp_path / "data", OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_WORKERS="2"
    ) as site:
        site.wait_for_ocr_workers()
        site.log_in()
        watch = Watch(site)
        before = watch.lasting()
        with watch.watching():
            ends = give(
                site,
                [(str(path.relative_to(folder)), path.read_bytes()) for path in files],
                within=600,  # 150 on idle cores
            )

        assert {name: str(end) for name, end in ends.items() if not end.is_clear} == {}
        assert watch.lasting() == before, "the same processes live on"
        assert watch.deaths() == []
        assert watch.sick == []
        # A busy machine may hold one answer up; a promise broken would be seen in more.
        assert sorted(watch.health)[-3] < 1
        assert {kind: peak for kind, peak in watch.peak.items()
                if peak > LIMITS.get(kind, peak)} == {}  # fmt: skip

    assert ends["pdf-bomb/form_xobject_4pow12.pdf"].code in ("limit-exceeded", "quarantined")
    assert ends["encrypted/password-is-test.pdf"].code == "password-needed"
    assert {end.answer for name, end in ends.items() if name.startswith("svg/")} == {415}
