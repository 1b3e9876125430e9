"""Every recipe of docs/api.md in shell and Python, from top to bottom, before a real site."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from documents.bucket.store import Bucket
from tests.client.paperless import TOKEN as PAPERLESS_TOKEN
from tests.client.paperless import PaperlessServer
from tests.ocrsite.running_site import ADMIN_PASSWORD, ROOT, Site, free_port, running
from tests.s3 import S3Server

# Clients of the API, whose queries are tested on each database.
pytestmark = [
    pytest.mark.long,
    pytest.mark.real_site,
    pytest.mark.any_database,
    pytest.mark.slow,
    pytest.mark.s3,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not shutil.which("curl"), reason="needs curl"),
]

BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)
#: A program that does not end: the others run beside it.
FOR_EVER = "serve_forever"
CLIENT = ROOT / "deploy" / "client"
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
RECEIVE = "python3 {file} > received &"
#: The log of what was sent is looked at in the next lines; the receiver must have been called.
TOLD = """
for _ in $(seq 600); do grep -q webhook.test received && break; sleep 0.1; done
"""
#: What the letter, which is neither protected nor has tables or figures, is answered instead of
#: success: the end of the address, and the status.
REFUSED = {
    "/differences/": "404",  # it has one version
    "/password/": "409",
    "/reject/": "409",
    "/result.xlsx": "409",
    "/result.csv": "409",
    "/figures/0001-0123456789ab.webp": "404",
}


@pytest.fixture(scope="module")
def receiver_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def bucket(s3_server: S3Server) -> Bucket:
    """The site's own. What the recipe of batches reads lies there."""
    bucket = Bucket(s3_server.address(s3_server.new_bucket()))
    for name in ("d", "e"):
        bucket.put_bytes(f"in/2026/{name}.pdf", _draw_letter(name))
    return bucket


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server, bucket: Bucket
) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("recipes") / "data"
    variables: dict[str, Any] = {
        **s3_server.variables(bucket.address.name),
        "OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD,
        "OCRSITE_CALL_ALLOWED": "127.0.0.1",
    }
    with running(data_dir, **variables) as site:
        site.wait_for_ocr_workers()
        yield site


@pytest.fixture
def paperless() -> Iterator[PaperlessServer]:
    server = PaperlessServer(tags={1: "bills"})
    server.add(_draw_letter("bill"), title="A bill", tags=[1])
    server.start()
    yield server
    server.stop()


def test_every_recipe_does_what_it_says(
    site: Site, bucket: Bucket, paperless: PaperlessServer, receiver_port: int, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    script = _build_script((ROOT / "docs" / "api.md").read_text("utf-8"), tmp_path)
    for said, real in (
        ("http://127.0.0.1:8081", site.url("")),
        ("the password", ADMIN_PASSWORD),
        ("https://example.com/hook", f"http://127.0.0.1:{receiver_port}/hook"),
        ("https://paperless.example", paperless.url),
        ("0123456789abcdef   #", f"{PAPERLESS_TOKEN} #"),
    ):
        assert said in script
        script = script.replace(said, real)
    _put_receiver_at(receiver_port, tmp_path)
    for name in ("letter", "a", "b"):
        (tmp_path / f"{name}.pdf").write_bytes(_draw_letter(name))
    (tmp_path / "stack.pdf").write_bytes(_draw_letter("a", "b", "c", "d"))
    _write_command(tmp_path / "bin" / "curl", CURL.format(curl=shutil.which("curl")))
    run = f'#!/bin/sh\nexec {sys.executable} -m ocrsite_client.cli "$@"\n'
    _write_command(tmp_path / "bin" / "ocrsite-cli", run)
    answers = tmp_path / "answers"

    ran = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=tmp_path,
        env={
            **os.environ,
            "PATH": f"{tmp_path / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(CLIENT),
            "ANSWERS": str(answers),
        },
        capture_output=True,
        text=True,
        timeout=560,
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
    assert "webhook.test" in (tmp_path / "received").read_text("utf-8")
    assert list((tmp_path / "export").glob("*.md"))
    assert (tmp_path / "letter.searchable.pdf").read_bytes().startswith(b"%PDF")
    assert "1 arrived" in ran.stdout
    batches = {each.key for each in bucket.list("out/2026/") if "batch-" not in each.key}
    assert batches == {
        f"out/2026/{name}.pdf.{kind}" for name in "de" for kind in ("json", "txt", "pdf")
    }
    assert b"about a lease: d" in bucket.get_bytes("out/2026/d.pdf.txt")
    report = (tmp_path / "report.csv").read_text("utf-8")
    assert report.count(",done,") == 2


def _build_script(text: str, folder: Path) -> str:
    """One shell script of all recipes. Those in Python lie in files; the webhook's receiver runs
    until the end, and has been told something by then."""
    parts, kinds = ["trap 'kill $(jobs -p)' EXIT"], Counter[str]()
    for kind, block in BLOCK.findall(text):
        kinds[kind] += 1
        if kind == "python":
            file = folder / f"recipe{kinds[kind]}.py"
            file.write_text(block, "utf-8")
            parts.append(RECEIVE.format(file=file) if FOR_EVER in block else f"python3 {file}")
        elif ENDS_THE_TOKEN not in block:
            parts.append(block + READ_AGAIN * ("}cancel/" in block) + TOLD * ("/test/" in block))
    assert kinds["sh"] > 30
    assert kinds["python"] >= 4
    return "\n".join(parts)


def _put_receiver_at(port: int, folder: Path) -> None:
    [receiver] = [path for path in folder.glob("recipe*.py") if FOR_EVER in path.read_text("utf-8")]
    code = receiver.read_text("utf-8")
    assert "9000" in code
    receiver.write_text(code.replace('("", 9000)', f'("127.0.0.1", {port})'), "utf-8")


def _write_command(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    path.chmod(0o755)


def _draw_letter(*names: str) -> bytes:
    """A page for each."""
    font = ImageFont.load_default(size=40)
    pages = [Image.new("L", (1240, 600), "white") for _ in names]
    for page, name in zip(pages, names, strict=True):
        text = f"A letter\nabout a lease: {name}"
        ImageDraw.Draw(page).text((100, 100), text, font=font, fill=0)
    target = io.BytesIO()
    pages[0].save(target, "PDF", resolution=150, save_all=True, append_images=pages[1:])
    return target.getvalue()
