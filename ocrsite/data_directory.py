"""The data directory: database, media, queue and secrets of one installation."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from documents.messages import Message


class DataDirectoryError(Exception):
    """The directory can't be used; the message is one sentence that says why."""


@dataclass(frozen=True)
class DataDirectory:
    """`warning` is None, or why the archive lies in a temporary place."""

    path: Path
    warning: Message | None = None


def choose_data_directory(given: str, default: Path) -> DataDirectory:
    """The directory to use: `given` if not empty, else `default`, else a private temporary one.

    Raises DataDirectoryError when `given` can't be written, or when `default` can't be written and
    holds an archive: neither a configured directory nor a full archive is silently replaced.
    """
    if given:
        path = Path(given).expanduser().absolute()
        problem = _find_write_problem(path)
        if problem:
            raise DataDirectoryError(
                f"the data directory {path} (OCRSITE_DATA_DIR) can't be written: {problem}."
            )
        return DataDirectory(path)
    problem = _find_write_problem(default)
    if problem is None:
        return DataDirectory(default)
    contents = _describe_contents(default)
    if contents:
        raise DataDirectoryError(
            f"the data directory {default} {contents} and can't be written: {problem}; start as "
            "its owner, or make this user its owner, or set OCRSITE_DATA_DIR to start another "
            "archive elsewhere."
        )
    path = _make_temporary_directory(default)
    return DataDirectory(
        path,
        Message(
            "{default} can't be written ({problem}), so documents are kept in the temporary "
            "directory {path} and may be lost; set OCRSITE_DATA_DIR to a permanent directory.",
            default=default,
            problem=problem,
            path=path,
        ),
    )


def keep_files_private(data_dir: Path) -> None:
    """Whatever this process and its children create is for their user alone: files 0600,
    directories 0700, also those that SQLite, the queue, the index and Litestream make.

    The umask of whoever starts the site must not decide who may read the archive. `data_dir` gets
    the mode too, where it is this user's (an earlier version, or a careful administrator who made
    it for the purpose, may have left it open); a volume of another owner stays as it is.
    """
    os.umask(0o077)
    with contextlib.suppress(OSError):
        found = data_dir.stat()
        if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & 0o077:
            data_dir.chmod(0o700)


def explain_os_error(path: Path, error: OSError) -> DataDirectoryError:
    """The error, as one sentence, for an operation that failed in the data directory `path`."""
    reason = (error.strerror or str(error)).lower()
    where = f"{error.filename}: " if error.filename else ""
    hint = ""
    if error.errno in (errno.EACCES, errno.EPERM):
        hint = "; start as the owner of its files, or make this user their owner"
    return DataDirectoryError(f"the data directory {path} can't be used: {where}{reason}{hint}.")


def _find_write_problem(path: Path) -> str | None:
    """Why nothing can be written in `path` (created if it is missing), or None."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return None
    except FileExistsError:
        return "it is not a directory"
    except OSError as error:
        return (error.strerror or str(error)).lower()


def _describe_contents(path: Path) -> str | None:
    """ "holds an archive" where `path` has a database or documents, "may hold an archive" where
    this user may not list it; None where it holds none."""
    try:
        found = os.listdir(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return "may hold an archive"
    return None if {"db.sqlite3", "media"}.isdisjoint(found) else "holds an archive"


def _make_temporary_directory(default: Path) -> Path:
    """A private directory below the system's temporary one; the same at every start.

    Its name is predictable, so another user may have created it first: then it is not used.
    """
    mark = hashlib.sha256(os.fsencode(default)).hexdigest()[:8]
    path = Path(tempfile.gettempdir()) / f"ocrsite-{os.geteuid()}-{mark}"
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if ours and stat.S_IMODE(found.st_mode) == 0o700 and _find_write_problem(path) is None:
        return path
    return Path(tempfile.mkdtemp(prefix="ocrsite-"))
