"""The log: one line an event."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys

from tests.ocrsite.running_site import ROOT

LOG = """
import logging, structlog
from ocrsite import logging as ours
ours.configure()
structlog.get_logger("site").info("hello", name="ёлка")
logging.getLogger("library").warning("old %s", "style")
class Request:
    method, path = "POST", "/metrics"
    def __repr__(self): return "<WSGIRequest: POST '/metrics?token=secret'>"
logging.getLogger("django.security.csrf").warning("refused", extra={"request": Request()})
structlog.get_logger("m").info("request_finished", code=200, request="GET /health")
structlog.get_logger("m").info("request_finished", code=200, request="GET /api/v1/documents/")
try:
    1 / 0
except ZeroDivisionError:
    structlog.get_logger("site").exception("broken")
raise RuntimeError("uncaught")
"""


def test_away_from_a_terminal_each_event_is_one_json_line() -> None:
    result = subprocess.run(
        [sys.executable, "-c", LOG], cwd=ROOT, capture_output=True, text=True, check=False
    )

    events = [json.loads(line) for line in io.StringIO(result.stdout)]
    assert [event["event"] for event in events] == [
        "hello",
        "old style",
        "refused",
        "request_finished",
        "broken",
        "uncaught_error",
    ]
    assert all(event["timestamp"] and event["level"] for event in events)
    assert events[0]["name"] == "ёлка"
    assert events[2]["request"] == "POST /metrics", "without its query"
    assert events[3]["request"] == "GET /api/v1/documents/", "a good probe is not worth a line"
    assert "ZeroDivisionError" in events[4]["exception"]
    assert logging.getLogger("ocrsite").level == logging.NOTSET
