"""Every hostile file uploaded to a real site: how each ends, and what it costs.

python -m tests.benchmarks.hostile [../shared/hostile]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.environment import prepare

WITHIN_SECONDS = 3600.0


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/hostile").resolve()
    prepared = prepare()
    import django

    django.setup()
    from tests.guarded_site import LIMITS, MIB, Watch, give
    from tests.ocrsite.running_site import ADMIN_PASSWORD, running

    given: dict[str, Any] = {"OCRSITE_ADMIN_PASSWORD": ADMIN_PASSWORD, "OCRSITE_WORKERS": "2"}
    paths = [p for p in sorted(folder.rglob("*")) if p.is_file() and p.parent != folder]
    files = [(str(path.relative_to(folder)), path.read_bytes()) for path in paths]
    try:
        with (
            tempfile.TemporaryDirectory() as directory,
            running(Path(directory) / "data", **given) as site,
        ):
            site.wait_for_ocr_workers()
            site.log_in()
            watch = Watch(site)
            before, begun = watch.lasting(), time.monotonic()
            with watch.watching():
                ends = give(site, files, WITHIN_SECONDS)
            for name, end in sorted(ends.items()):
                print(f"{name:60} {end}{'' if end.is_clear else '  UNCLEAR'}")
            print(Counter(end.status or str(end.answer) for end in ends.values()))
            print(f"{len(ends)} files in {time.monotonic() - begun:.0f} s")
            print("peak MiB", {kind: peak // MIB for kind, peak in watch.peak.items()})
            print(f"slowest /health {max(watch.health):.2f} s of {len(watch.health)}", watch.sick)
            problems = [
                *(name for name, end in ends.items() if not end.is_clear),
                *watch.deaths(),
                *watch.sick,
                *(kind for kind, peak in watch.peak.items() if peak > LIMITS.get(kind, peak)),
                *([] if watch.lasting() == before else ["a process was replaced"]),
            ]
            print("problems:", problems or "none")
            return 1 if problems else 0
    finally:
        prepared.clean_up()


if __name__ == "__main__":
    sys.exit(main())
