"""The tray of what is being uploaded, and files to upload."""

from __future__ import annotations

from playwright.sync_api import FilePayload, Locator, Page

HOME, FILES = "/", "#upload-files"


def pdf(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n" + name.encode()}


def empty(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": b""}


def rows(page: Page, state: str = "") -> Locator:
    return page.locator(f".tray-row.{state}" if state else ".tray-row")
