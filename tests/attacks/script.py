"""The frame of each script: a site of its own, an attack, and a line of figures."""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.attacks.attackers import Attack, attacking
from tests.attacks.figures import Figures, observing
from tests.ocrsite import running_site
from tests.ocrsite.running_site import ADMIN_PASSWORD, Site, running

#: Seconds from the start of the attack to the start of the figures: everything is open by then.
SETTLE = 3.0


@contextlib.contextmanager
def site_to_attack(data_dir: Path) -> Iterator[Site]:
    """A site with an administrator who is logged in."""
    with running(data_dir, OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_WORKERS="1") as site:
        site.wait_for_bootstrap(60)
        site.log_in()
        yield site


@contextlib.contextmanager
def script() -> Iterator[tuple[Site, float]]:
    """The site, and for how many seconds to attack it, as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--checkout", type=Path, help="of another version to compare with")
    arguments = parser.parse_args()
    if arguments.checkout:
        running_site.ROOT = arguments.checkout.resolve()
    with (
        tempfile.TemporaryDirectory() as directory,
        site_to_attack(Path(directory) / "data") as site,
    ):
        yield site, arguments.seconds


def measure_attack(site: Site, attack: Attack, connections: int, seconds: float) -> Figures:
    with observing(site) as figures, attacking(site.port, attack, connections):
        time.sleep(SETTLE + seconds)
    return figures


def show(name: str, figures: Figures) -> None:
    print(f"{name}: {figures}; load {os.getloadavg()[0]:.1f}", flush=True)
