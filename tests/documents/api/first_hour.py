"""Rewrite docs/first-hour.md: what its commands answer on a site that knows nothing yet.

    python -m tests.documents.api.first_hour

Blocks marked `sh` are run one after the other in one shell, those marked `python` are the files
that their first line names, and a block marked `text` has what the commands since the one before
said.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

from tests.ocrsite.running_site import ADMIN_PASSWORD, ROOT, Site, free_port, running

TRANSCRIPT = ROOT / "docs" / "first-hour.md"
BLOCK = re.compile(r"^```(sh|python|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"# (\w+\.py)\n")
#: What differs each time.
CHANGING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|(?<=ocr_)\w+"
)


def make_transcript(text: str, site: Site, folder: Path) -> str:
    """`text` with the answers of `site`; the commands leave their files in `folder`.

    Raises AssertionError where a command fails.
    """
    port = str(free_port())
    real = {"http://127.0.0.1:8081": site.url(""), "the password": ADMIN_PASSWORD, "9000": port}
    for name in ("docs", "documents"):
        (folder / name).symlink_to(ROOT / name)
    script, answers = ["trap 'kill $(jobs -p)' EXIT"], 0
    for kind, block in BLOCK.findall(text):
        for name, meant in real.items():
            block = block.replace(name, meant)
        if kind == "text":
            answers += 1
        elif kind == "python":
            file = FILE_NAME.match(block)
            assert file, block
            (folder / file[1]).write_text(block, "utf-8")
        else:
            script.append(f"{{\n{block}}} >> answer{answers} 2>&1")
    _run("\n".join(script), folder)
    said = [path.read_text("utf-8") for path in sorted(folder.glob("answer*"), key=_number)]

    def answer(match: re.Match[str]) -> str:
        if match[1] != "text":
            return match[0]
        found = said.pop(0)
        for name, meant in real.items():
            found = found.replace(meant, name)
        return f"```text\n{CHANGING.sub('…', found).rstrip()}\n```"

    return BLOCK.sub(answer, text)


def _number(path: Path) -> int:
    return int(path.name.removeprefix("answer"))


def _run(script: str, folder: Path) -> None:
    programs = f"{Path(sys.executable).parent}:{sysconfig.get_path('scripts')}"
    ran = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    last = "\n".join(
        path.read_text("utf-8") for path in sorted(folder.glob("answer*"), key=_number)
    )
    assert ran.returncode == 0, f"{ran.stderr}\n{last[-3000:]}"


def running_site(data_dir: Path) -> AbstractContextManager[Site]:
    """Started as the transcript says."""
    return running(
        data_dir, OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD, OCRSITE_CALL_ALLOWED="127.0.0.1"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory) / "clone"
        folder.mkdir()
        with running_site(Path(directory) / "data") as site:
            site.wait_for_ocr_workers()
            text = TRANSCRIPT.read_text("utf-8")
            TRANSCRIPT.write_text(make_transcript(text, site, folder), "utf-8")


if __name__ == "__main__":
    main()
