"""Find out once, in the background, which layers of the jail this machine refuses."""

from __future__ import annotations

import threading

import structlog

from documents.errors import RendererUnavailable
from ocr_worker.rendering import Renderer
from ocr_worker.rendering.jail import State

log = structlog.get_logger(__name__)


class JailCheck:
    """`refused`: layer -> reason, for this process's row; None until a rendering child has run."""

    def __init__(self) -> None:
        self.refused: dict[str, str] | None = None

    def start(self) -> None:
        # A child takes a moment to start: meanwhile the main thread sends heartbeats.
        threading.Thread(target=self._run, name="jail-check", daemon=True).start()

    def _run(self) -> None:
        try:
            with Renderer() as renderer:
                reports = renderer.start()
        except RendererUnavailable as error:
            # Reading a page will fail for the same reason, and say so.
            log.warning("jail_check_failed", reason=error.detail)
            return
        self.refused = {
            report.layer.value: report.reason for report in reports if report.state is State.REFUSED
        }
