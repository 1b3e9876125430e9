"""How Debian's Chromium is found and started."""

from __future__ import annotations

#: A sandbox needs rights that a container may not give; nothing foreign is opened here.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
