"""Logging: one line of JSON an event. Needs no Django.

On a terminal the lines are readable, and only those that need attention are shown: a person who has
started the site by hand is told the rest by `runtime/welcome.py`, and would lose it among requests.
"""

from __future__ import annotations

import logging.config
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

#: Paths that probes and browsers request every few seconds: successful requests are not logged.
_ROUTINE = ("/health", "/metrics", "/static/")


def configure() -> None:
    """Set up the standard library's logging and structlog for this process."""
    logging.config.dictConfig(build_logging_config())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            *_build_common_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    sys.excepthook = _log_uncaught


def build_logging_config() -> dict[str, Any]:
    """The argument of `logging.config.dictConfig`: everything goes to standard output."""
    terminal = sys.stdout.isatty()
    rendering: list[Processor] = (
        [structlog.dev.ConsoleRenderer(pad_event_to=0)]
        if terminal
        else [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    *rendering,
                ],
                "foreign_pre_chain": [
                    structlog.contextvars.merge_contextvars,
                    *_build_common_processors(),
                ],
            }
        },
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "line",
            }
        },
        "root": {"handlers": ["stdout"], "level": "WARNING" if terminal else "INFO"},
        "loggers": {
            # django_structlog logs the same as `request_finished` and `request_failed`.
            "django.request": {"level": "CRITICAL"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "_granian": {"level": "WARNING"},
            "dramatiq": {"level": "WARNING"},
            "pikepdf": {"level": "WARNING"},
            "PIL": {"level": "WARNING"},
        },
    }


def _build_common_processors() -> list[Processor]:
    return [
        _drop_routine,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        _name_request,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


def _drop_routine(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    if event.get("event") == "request_finished":
        path = str(event.get("request", "")).partition(" ")[2]
        if path.startswith(_ROUTINE):
            raise structlog.DropEvent
    return event


def _name_request(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Django adds the request itself to some events; its representation has the query string, in
    which a token may stand."""
    request = event.get("request")
    if request is not None and not isinstance(request, str):
        parts = (getattr(request, name, None) for name in ("method", "path"))
        event["request"] = " ".join(str(part) for part in parts if part)
    return event


def _log_uncaught(kind: type[BaseException], error: BaseException, traceback: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    logging.getLogger("ocrsite").critical("uncaught_error", exc_info=(kind, error, traceback))
