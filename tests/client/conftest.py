"""The client is a distribution of its own: found here in the checkout."""

from __future__ import annotations

import sys

import pytest

from tests.conftest import ROOT

CLIENT = str(ROOT / "deploy" / "client")
if CLIENT not in sys.path:
    sys.path.insert(0, CLIENT)


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for name in ("OCRSITE_URL", "OCRSITE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
