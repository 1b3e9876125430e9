"""Every shell recipe of docs/api.md, from top to bottom, in one shell before a real site."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from tests.ocrsite.running_site import ADMIN_PASSWORD, ROOT, Site, running

pytestmark = [
    pytest.mark.long,
    pytest.mark.real_site,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not shutil.which("curl"), reason="needs curl"),
]

BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
#: It ends the token that all others use.
ENDS_THE_TOKEN = "log-out-everywhere"
#: Notes the status and the address of every answer, and does what it is asked.
CURL = """\
#!/bin/sh
exec {curl} --max-time 100 -w '%{{stderr}}%{{http_code}} %{{url}}\\n' "$@" 2>>"$ANSWERS"
"""
#: The reading that a recipe has stopped is begun again, and ends.
READ_AGAIN = """
curl -s -X POST ${DOC}reprocess/ -H "$AUTH" -H 'Content-Type: application/json' -d '{}'
until curl -s $DOC -H "$AUTH" | grep -qE '"status":"(ready|partial|failed)"'; do sleep 0.3; done
"""
#: What the letter, which is neither protected nor has tables or figures, is answered instead of
#: success: the end of the address, and the status.
REFUSED = {
    "/password/": "409",
    "/reject/": "409",
    "/result.xlsx": "409",
    "/result.csv": "409",
    "/figures/0001-0123456789ab.webp": "404",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("recipes") / "data"
    with running(data_dir, OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD) as site:
        site.wait_for_ocr_workers()
        yield site


def test_every_recipe_does_what_it_says(site: Site, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "api.md").read_text("utf-8")
    blocks = [block for block in BLOCK.findall(text) if ENDS_THE_TOKEN not in block]
    assert len(blocks) > 30
    blocks = [block + READ_AGAIN * ("}cancel/" in block) for block in blocks]
    script = "\n".join(blocks).replace("http://127.0.0.1:8081", site.url(""))
    script = script.replace("the password", ADMIN_PASSWORD)
    for name in ("letter", "a", "b"):
        (tmp_path / f"{name}.pdf").write_bytes(_draw_letter(name))
    (tmp_path / "bin").mkdir()
    curl = tmp_path / "bin" / "curl"
    curl.write_text(CURL.format(curl=shutil.which("curl")))
    curl.chmod(0o755)
    answers = tmp_path / "answers"

    ran = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{curl.parent}:{os.environ['PATH']}",
            "ANSWERS": str(answers),
        },
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr[-2000:]
    wrong = []
    for line in answers.read_text("utf-8").splitlines():
        status, _, address = line.partition(" ")
        if not re.fullmatch(r"\d{3}", status):
            continue
        path = address.partition("?")[0]
        wanted = next((code for end, code in REFUSED.items() if path.endswith(end)), None)
        if status != wanted if wanted else not status.startswith(("2", "3")):
            wrong.append(line)
    assert wrong == []


def _draw_letter(name: str) -> bytes:
    page = Image.new("L", (1240, 600), "white")
    font = ImageFont.load_default(size=40)
    ImageDraw.Draw(page).text((100, 100), f"A letter\nabout a lease: {name}", font=font, fill=0)
    target = io.BytesIO()
    page.save(target, "PDF", resolution=150)
    return target.getvalue()
