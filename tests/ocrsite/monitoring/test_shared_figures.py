"""Several web processes count together."""

from __future__ import annotations

import json
import os
import uuid
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from ocrsite.monitoring.shared_figures import SharedFigures


class Process:
    """What one web process counts, under the process id that it would have."""

    def __init__(self, directory: Path, start_id: uuid.UUID, pid: int) -> None:
        self.asked = Counter("asked", "Requests.", ["view"], registry=None)
        self.took = Histogram("took", "Seconds.", buckets=(1, 10), registry=None)
        self.figures = SharedFigures((self.asked, self.took))
        self.figures.share(directory, start_id)
        self.file = directory / f"{start_id}.figures.{pid}.json"
        self.figures._file = self.file

    def text(self) -> str:
        registry = CollectorRegistry()
        registry.register(self.figures)
        return generate_latest(registry).decode()


@pytest.fixture
def two(tmp_path: Path) -> tuple[Process, Process]:
    start_id = uuid.uuid4()
    return Process(tmp_path, start_id, 1), Process(tmp_path, start_id, 2)


def test_whoever_is_asked_adds_what_the_other_has_counted(two: tuple[Process, Process]) -> None:
    first, second = two
    first.asked.labels("list").inc(2)
    second.asked.labels("list").inc(3)
    second.asked.labels("page").inc()
    second.took.observe(5)
    second.figures.write()

    text = first.text()

    assert 'asked_total{view="list"} 5.0' in text
    assert 'asked_total{view="page"} 1.0' in text
    assert 'took_bucket{le="1.0"} 0.0' in text
    assert 'took_bucket{le="10.0"} 1.0' in text
    assert "took_count 1.0" in text
    assert "took_sum 5.0" in text


def test_a_process_that_has_counted_nothing_says_what_the_other_has(
    two: tuple[Process, Process],
) -> None:
    first, second = two
    second.asked.labels("list").inc()
    second.figures.write()

    assert 'asked_total{view="list"} 1.0' in first.text()


def test_nothing_is_counted_twice(two: tuple[Process, Process]) -> None:
    first, _ = two
    first.asked.labels("list").inc()
    first.figures.write()

    assert 'asked_total{view="list"} 1.0' in first.text()


def test_a_file_that_cannot_be_read_is_left_out(two: tuple[Process, Process]) -> None:
    first, second = two
    first.asked.labels("list").inc()
    second.file.write_text("[[")

    assert 'asked_total{view="list"} 1.0' in first.text()


def test_another_start_of_the_site_counts_by_itself(tmp_path: Path) -> None:
    process = Process(tmp_path, uuid.uuid4(), os.getpid())
    process.asked.labels("list").inc()
    other = tmp_path / f"{uuid.uuid4()}.figures.7.json"
    other.write_text(json.dumps([["asked_total", {"view": "list"}, 40]]))

    assert 'asked_total{view="list"} 1.0' in process.text()
