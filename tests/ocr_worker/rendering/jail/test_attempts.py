"""A child that a file has taken over gets nowhere, whoever started the site."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ocr_worker.rendering.jail import Layer, State
from tests.attacks.jail import DONE, NOBODY, Attacker, Site, site_of
from tests.attacks.jailed_child import ATTEMPTS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the jail is Linux's")

#: Attempts, and the layers each of which refuses them without any other.
REFUSED_BY = {
    "connect": (Layer.EMPTY_NETWORK, Layer.SYSTEM_CALLS, Layer.FILE_VIEW),
    "connect_to_queue": (Layer.SYSTEM_CALLS,),
    "read_secret": (Layer.FILE_VIEW,),
    "read_environment": (Layer.FILE_VIEW,),
    "list_processes": (Layer.FILE_VIEW,),
    "write_to_archive": (Layer.FILE_VIEW, Layer.SYSTEM_CALLS),
    "write_to_common": (Layer.FILE_VIEW, Layer.SYSTEM_CALLS),
    "change_original": (Layer.SYSTEM_CALLS,),
    "signal_sibling": (Layer.SYSTEM_CALLS, Layer.FILE_VIEW),
    "trace_sibling": (Layer.SYSTEM_CALLS, Layer.FILE_VIEW),
    "fork": (Layer.SYSTEM_CALLS,),
    "run_program": (Layer.SYSTEM_CALLS, Layer.FILE_VIEW),
    "make_code": (Layer.SYSTEM_CALLS,),
}

#: What another user refuses by itself, where the site was started as root.
REFUSED_BY_ANOTHER_USER = (
    "connect_to_queue", "read_secret", "read_environment", "write_to_archive", "change_original",
    "signal_sibling", "trace_sibling",
)  # fmt: skip


@pytest.fixture(scope="module", params=["as root", "as an unprivileged user"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    if request.param == "as root":
        if os.geteuid() != 0:
            pytest.skip("this run has not been started as root")
        user = 0
    else:
        user = os.geteuid() or NOBODY
    with site_of(user) as site:
        yield site


@pytest.fixture(scope="module")
def attacker(site: Site) -> Iterator[Attacker]:
    with Attacker(site) as attacker:
        yield attacker


@pytest.fixture(scope="module")
def free(site: Site) -> Iterator[Attacker]:
    with Attacker(site, layers=()) as attacker:
        yield attacker


@pytest.mark.parametrize("name", ATTEMPTS)
def test_an_attempt_is_refused(attacker: Attacker, name: str) -> None:
    assert attacker.attempt(name) != DONE


@pytest.mark.parametrize("name", ATTEMPTS)
def test_without_the_jail_the_attempt_gets_through(free: Attacker, name: str) -> None:
    assert free.attempt(name) == DONE


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "layer"), [(name, layer) for name, layers in REFUSED_BY.items() for layer in layers]
)
def test_a_layer_refuses_it_alone(site: Site, name: str, layer: Layer) -> None:
    # The kernel asks unprivileged processes for no_new_privs first; that refuses none of these.
    with Attacker(site, layers=(Layer.NO_NEW_PRIVILEGES, layer)) as attacker:
        require(attacker, layer)
        assert attacker.attempt(name) != DONE


@pytest.mark.long
@pytest.mark.parametrize("name", REFUSED_BY_ANOTHER_USER)
def test_another_user_refuses_it_alone(name: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("this run has not been started as root")
    with site_of(0) as site, Attacker(site, layers=(Layer.OTHER_USER,)) as attacker:
        require(attacker, Layer.OTHER_USER)
        assert attacker.attempt(name) != DONE


def test_root_stays_root_where_it_could_not_end_its_child() -> None:
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or setpriv is None:
        pytest.skip("this run has not been started as root, or setpriv is not installed")
    code = (
        "import os; from ocr_worker.rendering.jail import Layer, close_jail\n"
        "[report] = close_jail(os.getppid(), readable=(), layers=[Layer.OTHER_USER])\n"
        "print(report.state.value, os.getuid(), report.reason)"
    )
    run = subprocess.run(
        [setpriv, "--bounding-set=-kill", sys.executable, "-c", code],
        capture_output=True, text=True, cwd=Path(__file__).parents[4], check=True,
    )  # fmt: skip
    assert run.stdout.startswith("refused 0 root may not end")


def require(attacker: Attacker, layer: Layer) -> None:
    """Skip where this machine refuses the layer; in CI it must have it."""
    [report] = [report for report in attacker.start() if report.layer is layer]
    if report.state is not State.HOLDS:
        message = f"this machine refuses {layer.value}: {report.reason}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
