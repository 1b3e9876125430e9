"""The parent's side of a conversion: one jailed LibreOffice a file, the next one started ahead."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import structlog

from documents import errors
from documents.files.storage import archive
from documents.messages import Message, message_from_json
from ocr_worker.rendering.child_owner import ChildOwner
from ocr_worker.rendering.child_process import ChildProcess
from ocr_worker.rendering.jail import LayerReport
from ocr_worker.rendering.types import MIB, Limits

from .find_libreoffice import INSTALL, find_kit
from .profile import remove_sockets

log = structlog.get_logger(__name__)

#: LibreOffice maps a GiB of address space before it opens anything. The median file takes 1.5 s of
#: processor time (docs/benchmarks.md).
LIMITS = Limits(
    memory_bytes=4096 * MIB,
    cpu_seconds=90,
    wall_seconds=240.0,
    output_bytes=200 * MIB,
    requests=1,
)

#: The names of directories of children; older ones than this belong to none that runs.
_PREFIX, _OLD_SECONDS = "ocrsite-office-", 3600.0

_ERRORS: dict[str, type[errors.ReadingError]] = {
    cls.code: cls
    for cls in (
        errors.ConversionFailed,
        errors.DamagedFile,
        errors.PasswordNeeded,
        errors.LimitExceeded,
    )
}


class Converter(ChildOwner):
    """Makes PDFs of office files. One converter serves one thread."""

    def __init__(self, limits: Limits = LIMITS, *, ahead: bool = False) -> None:
        """`ahead`: start the next LibreOffice as soon as one has ended, so that the next file finds
        it ready; for a worker with many files."""
        self._limits = limits
        self._ahead = ahead
        self._own: list[Path] = []
        self._password = ""  # nosec B105 # none
        super().__init__(ChildProcess(limits, "ocr_worker.conversion.child", self._make_arguments))

    def start(self) -> tuple[LayerReport, ...]:
        """Start a child now; what became of each layer of its jail.

        Raises ConverterMissing, RendererUnavailable.
        """
        _require_kit()
        return self._child.start()

    def close(self) -> None:
        """End the child and remove what it left. The converter may be used again."""
        super().close()
        while self._own:
            own = self._own.pop()
            remove_sockets(own)
            shutil.rmtree(own, ignore_errors=True)

    def convert(self, path: Path, mime_type: str, target: BinaryIO, password: str = "") -> None:
        """Write the PDF of the file at `path`, which `password` opens, to `target`.

        A child that dies or hangs is tried once more. Raises ConverterMissing, ConversionFailed,
        PasswordNeeded, LimitExceeded, OriginalMissing, RendererUnavailable, StorageFull.
        """
        _require_kit()
        if password:
            self.close()  # a child that was started ahead can't decrypt
        self._password = password
        try:
            try:
                pdf = self._ask(path, mime_type)
            except (errors.DamagedPage, errors.EngineFailed, errors.ReadingTimeout) as error:
                if isinstance(error, errors.RendererUnavailable):
                    raise
                log.warning("conversion_retried", code=error.code, reason=error.detail)
                self.close()
                pdf = self._ask(path, mime_type)
        except errors.RendererUnavailable:
            raise
        except (errors.DamagedPage, errors.EngineFailed, errors.ReadingTimeout) as error:
            raise errors.ConversionFailed(
                Message(
                    "LibreOffice can’t turn this file into pages: it broke off or took longer than "
                    "{seconds} s, twice. Open the file, export it to PDF and upload that.",
                    seconds=round(self._limits.wall_seconds),
                )
            ) from error
        finally:
            self.close()
            self._password = ""  # nosec B105 # none
            if self._ahead:
                self._child.start_ahead()
        target.write(pdf)

    def _ask(self, path: Path, mime_type: str) -> bytearray:
        request = {
            "mime_type": mime_type,
            "cpu_seconds": self._limits.cpu_seconds,
            "password": self._password,
        }
        with _open(path) as file:
            try:
                header, pdf = self._child.ask(request, file.fileno())
            except errors.LimitExceeded as error:
                raise errors.LimitExceeded(
                    Message(
                        "The file needs more memory or time than one file may have "
                        "({memory} MiB, {seconds} s), or is damaged. Split it, or export it to "
                        "PDF and upload that.",
                        memory=self._limits.memory_bytes // MIB,
                        seconds=self._limits.cpu_seconds,
                    )
                ) from error
        if "error" in header:
            cls = _ERRORS.get(str(header["error"]), errors.ConversionFailed)
            raise cls(message_from_json(header.get("message", "")))
        if not pdf.startswith(b"%PDF-"):
            raise errors.ConversionFailed(
                Message(
                    "What was made of the file is no PDF. "
                    "Open it in the program that made it, export it to PDF and upload that."
                )
            )
        return pdf

    def _make_arguments(self) -> Sequence[str]:
        """Make the directory of a child that is started. Raises OSError."""
        place = _temporary_directory()
        _remove_old(place)
        own = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        self._own.append(own)
        return [str(int(bool(self._password))), str(_require_kit()), str(own)]


def _temporary_directory() -> str:
    """Where other users can reach what is theirs; else the archive's own place for drafts."""
    with contextlib.suppress(OSError):
        return tempfile.gettempdir()
    return str(archive().staging)


def _remove_old(place: str) -> None:
    """Remove the directories of children whose parents were killed."""
    for own in Path(place).glob(_PREFIX + "*"):
        with contextlib.suppress(OSError):
            if time.time() - own.stat().st_mtime > _OLD_SECONDS:
                remove_sockets(own)
                shutil.rmtree(own, ignore_errors=True)


def _require_kit() -> Path:
    kit = find_kit()
    if kit is None:
        raise errors.ConverterMissing(
            Message(
                "LibreOffice, which turns office files into pages, is not installed on this "
                "machine. The file is kept and read once it is: {command}",
                command=INSTALL,
            )
        )
    return kit


@contextlib.contextmanager
def _open(path: Path) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb", buffering=0)
    except FileNotFoundError:
        raise errors.OriginalMissing(Message("The original file is not there.")) from None
    with file:
        yield file
