"""Office files to pages, archives and mail to files: what becomes of each, how much of its text is
there, seconds and memory.

    python -m tests.benchmarks.office FOLDER [--cold] [--words]

Every file below FOLDER (samples of public projects, for instance) is recognised and converted as
a background worker does it; archives and mail are taken apart. The text of the PDF is held against
another reader of the same file (`office_texts`). `--cold`: LibreOffice starts when its file comes,
not ahead. `--words`: print the files whose text differs most. Ctrl-C ends it with what is known.
Seconds are by the clock, from the file to the PDF; processor seconds and peak memory (its processes
together) are those of the child.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import django
import psutil
import pypdfium2 as pdfium

from tests.benchmarks.office_texts import read_text, word_f1, words_of
from tests.benchmarks.processes import Repeatedly
from tests.benchmarks.product import print_head, print_row


@dataclass
class Outcome:
    """`f1`: None where there is no other reader. `peak`: bytes."""

    name: str
    kind: str
    said: str
    seconds: float = 0.0
    processor: float = 0.0
    peak: int = 0
    f1: float | None = None
    detail: str = ""


#: Bytes that are taken out of one container.
MOST_BYTES = 300 * 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--words", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as data:
        os.environ["OCRSITE_DATA_DIR"] = str(Path(data, "data"))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
        django.setup()
        from ocr_worker.conversion import Converter

        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        outcomes: list[Outcome] = []
        with contextlib.suppress(KeyboardInterrupt), Converter(ahead=not options.cold) as converter:
            for path in sorted(path for path in options.folder.rglob("*") if path.is_file()):
                if not options.cold:
                    try_to_start(converter)
                outcomes.append(measure(converter, path, Path(data, "pages.pdf")))
    report(outcomes)
    if options.words:
        for outcome in sorted((o for o in outcomes if o.f1 is not None), key=lambda o: o.f1 or 0):
            print(f"{outcome.f1:.3f} {outcome.name}")
        for outcome in (o for o in outcomes if o.detail):
            print(f"{outcome.said} {outcome.name}: {outcome.detail}")


def try_to_start(converter: object) -> None:
    """Wait until the child that was started ahead is ready, as between two files of a busy day."""
    from documents.errors import ReadingError

    try:
        converter.start()  # type: ignore[attr-defined]
    except ReadingError as error:
        print(f"not started: {error}")


def measure(converter: object, path: Path, pdf: Path) -> Outcome:
    from documents.errors import ReadingError, UploadRefused
    from documents.files.filetypes import PageSource
    from documents.files.sniff import HEAD_BYTES, sniff

    with path.open("rb") as file:
        try:
            kind = sniff(file.read(HEAD_BYTES), file)
        except UploadRefused:
            return Outcome(path.name, path.suffix.lstrip(".").upper(), "not accepted")
    if kind.pages not in (PageSource.RENDITION, PageSource.MEMBERS):
        return Outcome(path.name, kind.name, "no office file")
    outcome = Outcome(path.name, kind.name, "pages")
    used, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with Watch() as watch, pdf.open("wb") as target:
        try:
            if kind.pages is PageSource.MEMBERS:
                outcome.said = take_apart(path, kind.mime_type)
            else:
                converter.convert(path, kind.mime_type, target)  # type: ignore[attr-defined]
                if kind.holds_files:
                    take_apart(path, kind.mime_type)
        except ReadingError as error:
            outcome.said = error.code
            outcome.detail = error.detail
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    outcome.seconds = time.monotonic() - started
    outcome.processor = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    outcome.peak = watch.peak
    if outcome.said == "pages":
        outcome.f1 = compare(path, pdf, kind.suffixes[0])
    return outcome


def take_apart(path: Path, mime_type: str) -> str:
    """Read each file of the container, as unpacking does; what it was. Raises ReadingError."""
    from documents.errors import ReadingError
    from ocr_worker.rendering import Limits, Renderer

    number, bad, room = 0, Counter[str](), MOST_BYTES
    with Renderer(Limits(archives=True)) as renderer:
        while (facts := renderer.describe_member(path, mime_type, number)) is not None:
            if facts.is_file and facts.encrypted:
                bad["locked files"] += 1
            elif facts.is_file:
                try:
                    for piece in renderer.read_member(path, mime_type, number):
                        room -= len(piece)
                        if room < 0:
                            return "too much"
                except ReadingError as error:
                    bad[error.code] += 1
            number += 1
    return f"files, some {bad.most_common(1)[0][0]}" if bad else "files" if number else "no file"


def compare(path: Path, pdf: Path, suffix: str) -> float | None:
    try:
        theirs = read_text(path, suffix)
    except Exception as error:
        print(f"{path.name}: the other reader can't ({type(error).__name__})")
        return None
    if theirs is None:
        return None
    with pdfium.PdfDocument(pdf) as document:
        ours = "\n".join(page.get_textpage().get_text_range() for page in document)
    sheets = suffix in (".xlsx", ".xls", ".ods")
    return word_f1(words_of(ours, letters_only=sheets), words_of(theirs, letters_only=sheets))


class Watch(Repeatedly):
    """The most memory that the processes below this one hold together, by 4 looks a second."""

    def __init__(self) -> None:
        super().__init__(self._measure, every=0.25)
        self.peak = 0

    def _measure(self) -> None:
        held = 0
        for process in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                held += process.memory_full_info().pss
        self.peak = max(self.peak, held)


def report(outcomes: list[Outcome]) -> None:
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for outcome in outcomes:
        kinds[outcome.kind][outcome.said] += 1
    print_head("kind", "files", "what became of them", "word F1, median", "s p50", "s p95")
    for kind in [*sorted(kinds), "all"]:
        mine = [o for o in outcomes if kind in (o.kind, "all")]
        said = Counter(o.said for o in mine)
        texts = [o.f1 for o in mine if o.f1 is not None]
        made = sorted(o.seconds for o in mine if o.said == "pages")
        print_row(
            kind, len(mine), ", ".join(f"{name} {count}" for name, count in said.most_common()),
            f"{statistics.median(texts):.3f} of {len(texts)}" if texts else "",
            *(f"{share_of(made, share):.2f}" if made else "" for share in (0.5, 0.95)),
        )  # fmt: skip
    made_of = [o for o in outcomes if o.said == "pages"]
    if made_of:
        processor = sorted(o.processor for o in made_of)
        peaks = sorted(float(o.peak) for o in made_of)
        print(
            f"\nprocessor s a file: p50 {share_of(processor, 0.5):.2f}, p95 "
            f"{share_of(processor, 0.95):.2f}; peak memory, MiB: p50 "
            f"{share_of(peaks, 0.5) / 2**20:.0f}, p95 {share_of(peaks, 0.95) / 2**20:.0f}"
        )


def share_of(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    main()
