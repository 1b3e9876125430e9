"""The attacks, bounded: everybody else is served meanwhile, and memory stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.attacks.attackers import Attack
from tests.attacks.endless_headers import ENDLESS
from tests.attacks.figures import MIB, Figures, create_account
from tests.attacks.honest_uploads import upload_at_once
from tests.attacks.script import measure_attack, site_to_attack
from tests.attacks.slow_bodies import PATHS, drip_into
from tests.attacks.stalled_uploads import stall
from tests.ocrsite.running_site import Site

# Sockets, threads and memory: what is attacked stands before every database.
pytestmark = [pytest.mark.chaos, pytest.mark.real_site, pytest.mark.any_database]

#: MiB by which the web process may grow; seconds of /health; the share of honest requests.
GROWTH, HEALTH, SHARE = 150, 1.0, 0.95


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site_to_attack(tmp_path_factory.mktemp("attacked") / "data") as site:
        yield site


def assert_held(figures: Figures) -> None:
    assert figures.share >= SHARE, figures
    assert figures.growth <= GROWTH, figures
    # The machine may be busy with other tests: the slowest answer says more about that.
    assert 0 < figures.usual_health < HEALTH, figures


def test_twelve_bodies_that_drip_stop_nobody(site: Site) -> None:
    assert_held(measure_attack(site, drip_into(PATHS["log-in"], 1000), 12, seconds=3))


@pytest.mark.long
@pytest.mark.parametrize("length", [1000, 50 * MIB])
@pytest.mark.parametrize("path", sorted(PATHS))
def test_two_hundred_bodies_that_drip_stop_nobody(site: Site, path: str, length: int) -> None:
    assert_held(measure_attack(site, drip_into(PATHS[path], length), 200, seconds=12))


@pytest.mark.long
def test_two_hundred_endless_heads_stop_nobody(site: Site) -> None:
    assert_held(measure_attack(site, ENDLESS, 200, seconds=12))


@pytest.mark.long
def test_two_hundred_stalled_uploads_of_an_account_stop_no_other(site: Site) -> None:
    attack: Attack = stall(create_account(site, "mallory"))
    assert_held(measure_attack(site, attack, 200, seconds=15))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_many_large_uploads_of_honest_clients_all_arrive(site: Site) -> None:
    figures, statuses, _ = upload_at_once(site, 20, 20 * MIB)

    assert statuses == [201] * 20
    assert figures.growth <= GROWTH, figures
