"""The directory that holds everything an installation keeps: database, media, queue, secrets.

One running instance holds it with a lock on its `lock` file (flock, never a pid file: the kernel
lets go of it whatever the holder dies of).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from documents.notices import Notice, gettext_noop


class DataDirectoryError(Exception):
    """The directory can't be used; the message is one sentence that says why."""


@dataclass(frozen=True)
class DataDirectory:
    """`warning` is None, or why the archive lies in a temporary place."""

    path: Path
    warning: Notice | None = None


def choose(given: str, default: Path) -> DataDirectory:
    """The directory to use: `given` if not empty, else `default`, else a private temporary one.

    Raises DataDirectoryError when `given` can't be written, or `default` can't and holds an
    archive: neither a place that somebody asked for nor a full archive is silently replaced.
    """
    if given:
        path = Path(given).expanduser().absolute()
        problem = _problem_of(path)
        if problem:
            raise DataDirectoryError(
                f"the data directory {path} (OCRSITE_DATA_DIR) can't be written: {problem}."
            )
        return DataDirectory(path)
    problem = _problem_of(default)
    if problem is None:
        return DataDirectory(default)
    holds = _holds_archive(default)
    if holds:
        raise DataDirectoryError(
            f"the data directory {default} {holds} an archive and can't be written: {problem}; "
            "start as the user to whom it belongs, or give it to this one, or set OCRSITE_DATA_DIR "
            "to begin another archive elsewhere."
        )
    path = _private_temporary(default)
    return DataDirectory(
        path,
        Notice(
            gettext_noop(
                "{default} can't be written ({problem}), so documents are kept in the temporary "
                "directory {path} and may be lost; set OCRSITE_DATA_DIR to a directory that lasts."
            ),
            {"default": str(default), "problem": problem, "path": str(path)},
        ),
    )


def unusable(path: Path, error: OSError) -> DataDirectoryError:
    """The sentence for what the system refused in the data directory `path`."""
    reason = (error.strerror or str(error)).lower()
    where = f"{error.filename}: " if error.filename else ""
    hint = ""
    if error.errno in (errno.EACCES, errno.EPERM):
        hint = "; start as the user to whom its files belong, or give them to this one"
    return DataDirectoryError(f"the data directory {path} can't be used: {where}{reason}{hint}.")


def kept_secret(path: Path) -> str:
    """The random secret in `path`, made (0600) by whichever process asks first."""
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, never replaces the secret that another process made meanwhile.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
    return path.read_text(encoding="ascii").strip()


def _problem_of(path: Path) -> str | None:
    """Why nothing can be written in `path` (made if it is not there), or None."""
    try:
        path.mkdir(mode=0o750, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            return None
    except FileExistsError:
        return "it is not a directory"
    except OSError as error:
        return (error.strerror or str(error)).lower()


def _holds_archive(path: Path) -> str | None:
    """ "holds" where a database or documents lie in `path`, "may hold" where nobody can tell."""
    try:
        found = os.listdir(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return "may hold"  # it is somebody's, who lets us not even look
    return None if {"db.sqlite3", "media"}.isdisjoint(found) else "holds"


def _private_temporary(default: Path) -> Path:
    """A directory of our own under the system's temporary one; the same at every start.

    The name is known beforehand, so another user may have made it first: then it is not used.
    """
    mark = hashlib.sha256(os.fsencode(default)).hexdigest()[:8]
    path = Path(tempfile.gettempdir()) / f"ocrsite-{os.geteuid()}-{mark}"
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
    if ours and stat.S_IMODE(found.st_mode) == 0o700 and _problem_of(path) is None:
        return path
    return Path(tempfile.mkdtemp(prefix="ocrsite-"))
