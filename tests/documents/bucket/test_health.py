"""The bucket's state, reported without delaying the caller."""

from __future__ import annotations

import time
from typing import Any

import pytest

from documents.bucket import settings as bucket_settings
from documents.bucket.health import BucketState, BucketWatch
from documents.bucket.store import Bucket
from tests.busy import allow
from tests.s3 import NO_LIST, S3Server, free_ports

pytestmark = pytest.mark.s3


def use(settings: Any, variables: dict[str, str]) -> None:
    settings.OCRSITE_BUCKET_SETTINGS = bucket_settings.read_bucket_settings(variables)
    settings.OCRSITE_BUCKET = settings.OCRSITE_BUCKET_SETTINGS.bucket


def seen(watch: BucketWatch, word: str) -> BucketState:
    """The state, once a check has found it to be `word`."""
    deadline = time.monotonic() + 30
    while True:
        state = watch.state()
        if state.word == word and watch.has_checked:
            return state
        assert time.monotonic() < deadline, state
        time.sleep(0.05)


def test_without_the_variables_there_is_nothing_to_tell(settings: Any) -> None:
    use(settings, {})

    assert BucketWatch().state() == BucketState("not_configured")


def test_missing_variables_are_named(settings: Any) -> None:
    use(settings, {"CLOUDRU_S3_BUCKET": "archive"})

    state = BucketWatch().state()

    assert state.word == "incomplete"
    assert "CLOUDRU_S3_SECRET_KEY" in state.problems[0]


def test_a_bucket_that_works_is_configured(s3_server: S3Server, settings: Any) -> None:
    use(settings, s3_server.variables(s3_server.new_bucket()))

    assert seen(BucketWatch(), "configured") == BucketState("configured")


def test_a_key_that_can_not_list_works_with_a_warning(s3_server: S3Server, settings: Any) -> None:
    use(settings, s3_server.variables(s3_server.new_bucket(), NO_LIST))

    state = seen(BucketWatch(), "configured")

    assert any("cannot restore" in problem for problem in state.problems)


def test_an_unreachable_bucket_is_failing_and_delays_no_caller(settings: Any) -> None:
    use(
        settings,
        {
            "CLOUDRU_S3_ENDPOINT": f"http://127.0.0.1:{free_ports(1)[0]}",
            "CLOUDRU_S3_BUCKET": "archive",
            "CLOUDRU_S3_ACCESS_KEY": "tenant:key",
            "CLOUDRU_S3_SECRET_KEY": "secret",
        },
    )
    watch = BucketWatch()

    begun = time.monotonic()
    watch.state()
    assert time.monotonic() - begun < allow(1)
    assert seen(watch, "failing").problems


def test_it_is_not_asked_at_every_look(
    s3_server: S3Server, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(settings, s3_server.variables(s3_server.new_bucket()))
    watch = BucketWatch()
    seen(watch, "configured")
    asked: list[str] = []
    monkeypatch.setattr(Bucket, "put_bytes", lambda self, key, content, **more: asked.append(key))

    for _ in range(20):
        watch.state()

    assert asked == []
