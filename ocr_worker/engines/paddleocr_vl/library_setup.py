"""Set what Paddle's libraries read from the environment when they are first imported."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from documents.files.atomic import file_lock
from ocr_worker.library_environment import set_default, set_variable

from .models import MODELS

#: Without the first, the library checks at import which model host answers and waits for the
#: network.
_DEFAULTS = {
    "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True",
    "FLAGS_enable_eager_mode": "1",
    "FLAGS_eager_delete_tensor_gb": "0",
    "FLAGS_use_mkldnn": "0",
    # oneDNN's kernels fail in paddlepaddle 3.3.1 on a CPU.
    "PADDLE_PDX_ENABLE_MKLDNN_BYDEFAULT": "0",
}


def prepare_process() -> None:
    """Set the variables unless the environment has them. Call it before the libraries are imported.

    One value is replaced: a cache directory that can't be written. paddlex creates directories in
    it on import and fails with a PermissionError. A directory of ours takes its place, with a link
    to the models in the other one.
    """
    for name, text in _DEFAULTS.items():
        set_default(name, text)
    cache: Path | None = settings.OCRSITE_PADDLE_CACHE_DIR
    if cache is None or not _is_writable(cache):
        ours = Path(settings.DATA_DIR) / "paddlex"
        if cache is not None:
            _replace_link(ours / MODELS, cache / MODELS)
        cache = ours
    set_variable("PADDLE_PDX_CACHE_HOME", str(cache))
    for name in ("PADDLEX_HOME", "HF_HOME"):  # not read by these versions; part of the contract
        set_default(name, str(cache))


@contextlib.contextmanager
def hold_load_lock() -> Iterator[None]:
    """Hold the lock with which processes of this site load one after the other.

    Each measures the GPU's free memory after the others have loaded, and no two reach their peak at
    once. Waits without limit.
    """
    with file_lock(Path(settings.DATA_DIR) / "paddlex.lock"):
        yield


def _replace_link(link: Path, target: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target, target_is_directory=True)


def _is_writable(directory: Path) -> bool:
    """Whether files can be created there. Tries it: permission bits mislead for root and mounts."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return True
    except OSError:
        return False
