"""Nobody without an account stops the site by logging in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.log_in_flood import attack
from tests.ocrsite.running_site import ADMIN_PASSWORD, running

# Hashing, threads and memory: what is attacked stands before every database.
pytestmark = [
    pytest.mark.real_site,
    pytest.mark.any_database,
    pytest.mark.long,
    pytest.mark.timeout(240),
]

MB = 2**20


def test_a_flood_of_log_ins_leaves_memory_health_and_honest_clients(tmp_path: Path) -> None:
    with running(
        tmp_path / "data", OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_WORKERS="1"
    ) as site:
        site.wait_for_ocr_workers()

        found = attack(site, attackers=60, seconds=8)

    found.print()
    assert sum(found.attacks.values()) > 60, "there was an attack"
    assert set(found.attacks) <= {0, 401, 429, 503}
    assert found.memory_growth < 150 * MB
    # Attackers and clients share this machine's processors with the site: alone it is below 1 s.
    assert found.slowest_health < 3
    assert sum(found.honest.values()) > 10
    assert found.answered_share >= 0.95
