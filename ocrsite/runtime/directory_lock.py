"""The lock on the data directory: one running instance has it (flock(2) on `lock`).

Never a pid file: the kernel releases the lock however its holder ends.

    python -m ocrsite.runtime.directory_lock

exits with 1 and one sentence where all-in-one could not start here. It needs nothing but Python:
`make run` calls it before it installs anything, because a running instance may use the very
packages that would change.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from documents.files.atomic import lock_file
from ocrsite.data_directory import DataDirectoryError, explain_os_error
from ocrsite.environment import read_environment
from ocrsite.environment.parse import ConfigurationError

#: Seconds to wait for the children of an instance that was just killed to end.
LOCK_TIMEOUT = 3.0


class InUse(Exception):
    """Another instance holds the data directory; the message is one sentence."""


def lock_data_directory(data_dir: Path, *, shared: bool) -> int:
    """Lock the data directory; returns the descriptor that holds the lock while it is open.

    Children inherit it, so the directory is free once the last of them has ended. All-in-one locks
    it exclusively, processes of one role share the lock (`shared`). Raises InUse, OSError.
    """
    try:
        return lock_file(data_dir / "lock", shared=shared, wait_seconds=LOCK_TIMEOUT)
    except BlockingIOError:
        raise InUse(
            f"another instance is running on the data directory {data_dir}; stop it, or set "
            "OCRSITE_DATA_DIR to another directory."
        ) from None


def main() -> None:
    try:
        data_dir = read_environment().data_dir
        try:
            os.close(lock_data_directory(data_dir, shared=False))
        except OSError as error:
            raise explain_os_error(data_dir, error) from None
    except (ConfigurationError, DataDirectoryError, InUse) as error:
        sys.exit(f"ocrsite: {error}")


if __name__ == "__main__":
    main()
