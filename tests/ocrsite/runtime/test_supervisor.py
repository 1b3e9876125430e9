"""The supervisor with children that only pretend: what dies, what is restarted, what is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from ocrsite.runtime.supervisor import KILL_AFTER
from tests.ocrsite.running_site import ROOT, eventually

pytestmark = pytest.mark.chaos

#: Seconds: pauses before a restart, shorter than a site's.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 0.8

# Runs one supervisor over the children that the test names; each writes its events to a file.
PROGRAM = """
import sys
from pathlib import Path
from ocrsite.runtime.child import RestartPauses
from ocrsite.runtime.service import Service, StopOrder
from ocrsite.runtime.supervisor import Supervisor

with Supervisor(Path(sys.argv[1]), RestartPauses(FIRST, LONGEST)) as supervisor:
    for argument in sys.argv[2:]:
        name, stop, script = argument.split("|", 2)
        command = [sys.executable, "-c", script]
        supervisor.add(Service(name, command, {}, stop=StopOrder[stop], once=name == "once"))
    supervisor.run()
""".replace("FIRST, LONGEST", f"{FIRST_PAUSE}, {LONGEST_PAUSE}")

POLITE = """
import os, signal, sys, time
def stop(number, frame):
    print(f"stopped {time.monotonic()}", file=open("NAME", "a"), flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, stop)
print(f"started {os.getpid()}", file=open("NAME", "a"), flush=True)
time.sleep(60)
"""
# Notes that it was asked to stop, and goes on.
DEAF = POLITE.replace("stopped", "asked").replace("    sys.exit()\n", "")
DIES = "import time; print(f'died {time.monotonic()}', file=open('NAME', 'a'))"
WITH_GRANDCHILD = (
    """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", "GRANDCHILD"])
"""
    + POLITE
)
FAILS_TWICE = """
import os, sys
with open("NAME", "a") as file:
    print(f"started {os.getpid()}", file=file)
with open("NAME") as file:
    sys.exit(len(file.readlines()) < 3)
"""

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a supervisor: `start(name=(stop order, script), ...)`, `under` another program."""
    supervisors: list[subprocess.Popen[bytes]] = []

    def start(under: tuple[str, ...] = (), **children: tuple[str, str]) -> subprocess.Popen[bytes]:
        arguments = [
            f"{name}|{stop}|{script.replace('NAME', name)}"
            for name, (stop, script) in children.items()
        ]
        supervisor = subprocess.Popen(
            [*under, sys.executable, "-c", PROGRAM, str(tmp_path), *arguments],
            env={"PYTHONPATH": str(ROOT)},
            stdin=subprocess.DEVNULL,
            # The tests themselves may run without a terminal, and its end be ignored already.
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        supervisors.append(supervisor)
        for name in children:
            eventually(partial(events, tmp_path, name), 60, f"the start of {name}")
        return supervisor

    yield start
    for supervisor in supervisors:
        supervisor.kill()
        supervisor.wait(60)


def events(directory: Path, name: str) -> list[tuple[str, float]]:
    path = directory / name
    lines = path.read_text().splitlines() if path.exists() else []
    return [(line.split()[0], float(line.split()[1])) for line in lines]


def pids(directory: Path, name: str) -> list[int]:
    return [int(value) for event, value in events(directory, name) if event == "started"]


def alive(directory: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(directory):
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_a_child_that_dies_is_started_again(start: Start, tmp_path: Path) -> None:
    start(ocr=("FIRST", POLITE))

    psutil.Process(pids(tmp_path, "ocr")[0]).kill()

    eventually(lambda: len(pids(tmp_path, "ocr")) == 2, 5, "a second start")


def test_a_child_that_keeps_dying_is_started_ever_more_rarely(start: Start, tmp_path: Path) -> None:
    start(ocr=("FIRST", DIES))

    eventually(lambda: len(events(tmp_path, "ocr")) >= 6, 20, "six starts")

    times = [when for _, when in events(tmp_path, "ocr")]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    for number, pause in enumerate(pauses[:5]):
        assert pause >= min(LONGEST_PAUSE, FIRST_PAUSE * 2**number) * 0.9


def test_a_step_is_repeated_until_it_succeeds_and_then_never_again(
    start: Start, tmp_path: Path
) -> None:
    start(once=("FIRST", FAILS_TWICE), ocr=("FIRST", DIES))
    eventually(lambda: len(pids(tmp_path, "once")) == 3, 10, "a third try")

    # Meanwhile another child that ends is started again and again.
    starts = len(events(tmp_path, "ocr"))
    eventually(lambda: len(events(tmp_path, "ocr")) >= starts + 3, 10, "more starts of another")

    assert len(pids(tmp_path, "once")) == 3


def test_children_stop_in_their_order(start: Start, tmp_path: Path) -> None:
    supervisor = start(
        replica=("LAST", POLITE),
        queue=("THIRD", POLITE),
        web=("SECOND", POLITE),
        ocr=("FIRST", POLITE),
    )

    supervisor.terminate()
    assert supervisor.wait(60) == 0

    stops = [dict(events(tmp_path, name))["stopped"] for name in ("ocr", "web", "queue")]
    assert stops == sorted(stops)


def test_one_that_ignores_the_stop_is_killed_in_time(start: Start, tmp_path: Path) -> None:
    supervisor = start(ocr=("FIRST", DEAF), queue=("LAST", POLITE))

    supervisor.terminate()

    eventually(lambda: supervisor.poll() is not None, KILL_AFTER + 1, "the end of all")
    assert not alive(tmp_path)
    assert "stopped" in dict(events(tmp_path, "queue")), "the queue stopped by itself"


def test_a_second_interrupt_ends_everything_at_once(start: Start, tmp_path: Path) -> None:
    supervisor = start(ocr=("FIRST", DEAF))
    supervisor.send_signal(signal.SIGINT)
    eventually(lambda: "asked" in dict(events(tmp_path, "ocr")), 5, "the request to stop")
    assert supervisor.poll() is None

    supervisor.send_signal(signal.SIGINT)

    eventually(lambda: supervisor.poll() is not None, 2, "the end of all, before its time")
    assert not alive(tmp_path)


def test_a_second_sigterm_does_not_cut_the_stop_short(start: Start, tmp_path: Path) -> None:
    # make passes on the SIGTERM that its process group has had already.
    supervisor = start(ocr=("FIRST", DEAF))
    supervisor.terminate()
    eventually(lambda: "asked" in dict(events(tmp_path, "ocr")), 5, "the request to stop")

    rounds = psutil.Process(supervisor.pid).num_ctx_switches
    supervisor.terminate()
    before = rounds().voluntary
    eventually(lambda: rounds().voluntary >= before + 3, 5, "three more rounds of its loop")

    assert supervisor.poll() is None
    assert psutil.Process(pids(tmp_path, "ocr")[0]).is_running()


def test_a_terminal_that_is_closed_stops_it(start: Start, tmp_path: Path) -> None:
    supervisor = start(ocr=("FIRST", POLITE))

    supervisor.send_signal(signal.SIGHUP)

    assert supervisor.wait(60) == 0
    assert not alive(tmp_path)


def test_under_nohup_it_survives_its_terminal(start: Start, tmp_path: Path) -> None:
    supervisor = start(under=("nohup",), ocr=("FIRST", POLITE))
    child = psutil.Process(pids(tmp_path, "ocr")[0])

    supervisor.send_signal(signal.SIGHUP)
    child.kill()

    # A supervisor that was asked to stop would start nothing.
    eventually(lambda: len(pids(tmp_path, "ocr")) == 2, 10, "another start")
    assert supervisor.poll() is None
    supervisor.terminate()
    assert supervisor.wait(60) == 0, "a stop that is meant still works"


def test_what_a_dead_child_leaves_behind_is_ended(start: Start, tmp_path: Path) -> None:
    start(ocr=("FIRST", WITH_GRANDCHILD))
    first = psutil.Process(pids(tmp_path, "ocr")[0])
    [grandchild] = first.children()

    first.kill()

    eventually(lambda: not grandchild.is_running(), 3, "the end of the grandchild")


def test_children_die_with_a_killed_supervisor(start: Start, tmp_path: Path) -> None:
    supervisor = start(ocr=("FIRST", DEAF), queue=("LAST", DEAF))

    supervisor.kill()

    eventually(lambda: not alive(tmp_path), 3, "the end of every child")


def test_children_stay_in_the_supervisors_session_and_out_of_its_group(
    start: Start, tmp_path: Path
) -> None:
    supervisor = start(ocr=("FIRST", POLITE))

    child = pids(tmp_path, "ocr")[0]

    assert os.getsid(child) == os.getsid(supervisor.pid)
    assert os.getpgid(child) != os.getpgid(supervisor.pid)


LATER = """
import os, signal, sys, time
from pathlib import Path
from ocrsite.runtime.supervisor import Supervisor

begun, calls = time.monotonic(), []
def call():
    calls.append(time.monotonic() - begun)
    if len(calls) == 1:
        supervisor.call_later(0.2, call)
    else:
        os.kill(os.getpid(), signal.SIGTERM)
with Supervisor(Path.cwd()) as supervisor:
    supervisor.call_later(0.2, call)
    supervisor.run()
print(*calls)
"""


def test_a_call_for_later_comes_once_and_in_its_time() -> None:
    run = subprocess.run(
        [sys.executable, "-c", LATER], cwd=ROOT, capture_output=True, text=True, timeout=60
    )

    [first, second] = map(float, run.stdout.split())
    assert first >= 0.2
    assert second >= 0.4
