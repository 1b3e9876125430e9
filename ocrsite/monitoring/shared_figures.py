"""Figures that several web processes count together, one of which Prometheus happens to ask.

Each process writes its own to a file, every few seconds where they have changed; the one that is
asked adds those of the others to what it has counted itself. The file of a process that has ended
stays until the site starts again, so no counter falls when a process is replaced. A full disk makes
the figures late and stops nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from prometheus_client import Counter, Histogram
from prometheus_client.core import Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

from documents.files.atomic import write_file

#: Seconds between two writes: less than Prometheus waits between two looks.
EVERY = 5.0

#: A sample's name, and the names and values of its labels.
Key = tuple[str, tuple[tuple[str, str], ...]]


class SharedFigures(Collector):
    """The counters and histograms `figures` of all processes with the same `share`."""

    def __init__(self, figures: Sequence[Counter | Histogram]) -> None:
        self._figures = figures
        self._file: Path | None = None
        self._files = ""
        self._written = ""

    def share(self, run_directory: Path, start_id: uuid.UUID) -> None:
        """Count together with the other web processes of this start of the site, from now on."""
        self._files = f"{start_id}.figures.*.json"
        self._file = run_directory / self._files.replace("*", str(os.getpid()))
        threading.Thread(target=self._run, name="figures", daemon=True).start()

    def write(self) -> None:
        """Write this process's own for the others. Raises OSError."""
        own = [[s.name, s.labels, s.value] for metric in self._own() for s in metric.samples]
        text = json.dumps(own)
        if self._file is not None and text != self._written:
            write_file(self._file, text, durable=False)
            self._written = text

    def collect(self) -> Iterator[Metric]:
        others = self._read_others()
        for metric in self._own():
            own = {_key(s.name, s.labels): s.value for s in metric.samples}
            names = _names(metric)
            found = [*own, *(key for key in others if key[0] in names and key not in own)]
            metric.samples = [
                Sample(name, dict(labels), own.get((name, labels), 0.0) + others[name, labels])
                for name, labels in found
            ]
            yield metric

    def _own(self) -> Iterable[Metric]:
        for figure in self._figures:
            yield from figure.collect()

    def _read_others(self) -> defaultdict[Key, float]:
        found: defaultdict[Key, float] = defaultdict(float)
        if self._file is None:
            return found
        for path in self._file.parent.glob(self._files):
            if path == self._file:
                continue
            with contextlib.suppress(OSError, ValueError):  # gone, or not ours
                for name, labels, value in json.loads(path.read_text(encoding="utf-8")):
                    found[_key(name, labels)] += value
        return found

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(EVERY):
            with contextlib.suppress(OSError):
                self.write()


def _key(name: str, labels: dict[str, str]) -> Key:
    return name, tuple(labels.items())


def _names(metric: Metric) -> tuple[str, ...]:
    """Those of its samples, which it has none of where this process has counted nothing yet."""
    ends = ("_bucket", "_count", "_sum") if metric.type == "histogram" else ("_total",)
    return tuple(metric.name + end for end in ends)
