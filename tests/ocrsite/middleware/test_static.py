"""Static files: nothing needs to be collected, and what was collected never goes stale."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import Client


def test_a_fresh_checkout_serves_its_styles(client: Client) -> None:
    response = client.get("/static/admin/css/base.css")

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/css")
    assert b"".join(response.streaming_content)  # type: ignore[attr-defined]


def test_a_fresh_checkout_names_its_styles_plainly() -> None:
    assert staticfiles_storage.url("admin/css/base.css") == "/static/admin/css/base.css"


@pytest.mark.slow
def test_collected_files_have_names_that_change_with_their_content(
    tmp_path: Path, settings: Any
) -> None:
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)

    from ocrsite.middleware.static import StaticStorage

    url = StaticStorage().url("admin/css/base.css")

    assert re.fullmatch(r"/static/admin/css/base\.[0-9a-f]{12}\.css", url)
    assert (tmp_path / url.removeprefix("/static/")).is_file()
    scripts = sorted((tmp_path / "documents" / "web").glob("*.????????????.js"))
    assert scripts
    for script in scripts:
        for name in re.findall(r"""["']\./([\w./-]+\.js)["']""", script.read_text()):
            assert re.search(r"\.[0-9a-f]{12}\.js$", name), f"{script.name} imports {name}"
            assert (script.parent / name).is_file()
