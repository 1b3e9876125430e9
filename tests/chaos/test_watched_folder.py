"""The process that watches the folder is killed while it works; every file ends in one document."""

from __future__ import annotations

import functools
import io
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from tests.ocrsite.running_site import ADMIN_PASSWORD, eventually, running

pytestmark = [
    pytest.mark.real_site,
    pytest.mark.long,
    pytest.mark.chaos,
    pytest.mark.slow,
    pytest.mark.timeout(300),
]

FILES, KILLS = 60, 2


def picture(number: int) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (16, 16), (number, number // 2, 7)).save(file, "PNG")
    return file.getvalue()


def test_kills_in_mid_work_neither_lose_nor_double_a_file(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    inbox = data_dir / "inbox"
    chance = random.Random(5)

    def count_done() -> int:
        return len(list(inbox.glob("done/*")))

    def has_done(number: int) -> bool:
        return count_done() >= number

    with running(data_dir, OCRSITE_ADMIN_PASSWORD=ADMIN_PASSWORD) as site:
        eventually(inbox.is_dir, within=60, what="the inbox is there")
        for number in range(FILES):
            (inbox / f"{number}.png").write_bytes(picture(number))
        for _ in range(KILLS):
            more = count_done() + 1
            eventually(functools.partial(has_done, more), within=60, what="work goes on")
            time.sleep(chance.uniform(0, 0.3))
            watcher = eventually(lambda: site.find("worker background"), 30, "it is alive")
            watcher.kill()
        eventually(functools.partial(has_done, FILES), within=120, what="all files are taken in")
        names = Counter(name for (name,) in site.rows("SELECT filename FROM documents_document"))

    assert names == Counter(f"{number}.png" for number in range(FILES))
    assert sorted(path.name for path in inbox.rglob("*.png")) == sorted(names), "each once"
