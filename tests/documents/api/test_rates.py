"""Each token may send so many requests in a minute, and is told how it stands."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import redis

from documents.models import User
from documents.sign_in import rate_limits
from documents.sign_in.rate_limits import RateCounter
from tests.documents.api.conftest import client_of, problem_of
from tests.documents.api.tokens import token_client
from tests.ocr_worker.process.conftest import Queue, queue

pytestmark = pytest.mark.any_database

__all__ = ["queue"]


@pytest.fixture(autouse=True)
def three_a_minute(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OCRSITE_RATE_LIMIT = 3
    monkeypatch.setattr(rate_limits, "_COUNTER", RateCounter(None))
    monkeypatch.setattr(rate_limits, "_now", lambda: 1_000_000_010.0)


def test_the_headers_count_down_and_past_the_limit_it_is_a_429(user: User) -> None:
    client, other = token_client(user), token_client(user)

    answers = [client.get("/api/v1/me/") for _ in range(3)]
    refused = client.get("/api/v1/me/")

    assert [answer.headers["RateLimit"] for answer in answers] == [
        '"token";r=2;t=10', '"token";r=1;t=10', '"token";r=0;t=10',
    ]  # fmt: skip
    assert answers[0].headers["RateLimit-Policy"] == '"token";q=3;w=60'
    assert problem_of(refused, 429)["code"] == "throttled"
    assert refused.headers["Retry-After"] == "10"
    assert refused.headers["RateLimit"] == '"token";r=0;t=10'
    assert other.get("/api/v1/me/").status_code == 200


def test_the_next_minute_starts_anew(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    client = token_client(user)
    for _ in range(4):
        client.get("/api/v1/me/")

    monkeypatch.setattr(rate_limits, "_now", lambda: 1_000_000_021.0)

    assert client.get("/api/v1/me/").status_code == 200


def test_a_person_is_not_counted(user: User) -> None:
    client = client_of(user)

    assert {client.get("/api/v1/me/").status_code for _ in range(5)} == {200}


def test_none_is_limited_where_the_setting_says_so(user: User, settings: Any) -> None:
    settings.OCRSITE_RATE_LIMIT = 0
    client = token_client(user)

    answers = [client.get("/api/v1/me/") for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit" not in answers[0].headers


def test_machines_count_together(queue: Queue) -> None:
    here, there = RateCounter(queue.url), RateCounter(queue.url)

    assert [here.count("a", 9).count, there.count("a", 9).count] == [1, 2]
    with redis.Redis.from_url(queue.url) as client:
        [key] = client.keys("ocrsite:rate:*")
        assert 0 < client.ttl(key) <= 120


COUNT = """
import sys
from django.conf import settings
settings.configure()
from documents.sign_in import rate_limits
rate_limits._now = lambda: 1_000_000_010.0
rate_limits._TIMEOUT = 5.0
counter = rate_limits.RateCounter(sys.argv[1])
usages = [counter.count("token", 60) for _ in range(50)]
print(*(f"{usage.count}:{usage.exceeded}" for usage in usages))
"""


def test_processes_of_two_machines_share_one_limit(queue: Queue) -> None:
    machines = [
        subprocess.Popen(
            [sys.executable, "-c", COUNT, queue.url], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [word for each in machines for word in each.communicate(timeout=60)[0].split()]

    assert sorted(int(word.partition(":")[0]) for word in said) == list(range(1, 101))
    assert sum(word.endswith("True") for word in said) == 40, "60 of 100 are allowed, wherever"


def test_a_silent_redis_is_counted_for_here() -> None:
    counter = RateCounter("redis://127.0.0.1:1/0")

    assert [counter.count("a", 9).count for _ in range(3)] == [1, 2, 3]
