"""What Paddle's libraries read from the environment when they are first imported."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from documents.files.atomic import file_lock
from ocr_worker.library_environment import set_default, set_variable

from .models import MODELS

#: Found by their names only, whatever they are: the library asks which model host answers, and
#: waits for the network, unless this is set.
_DEFAULTS = {
    "PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK": "True",
    "FLAGS_enable_eager_mode": "1",
    "FLAGS_eager_delete_tensor_gb": "0",
    "FLAGS_use_mkldnn": "0",
    # oneDNN's kernels fail in paddlepaddle 3.3.1 on a CPU.
    "PADDLE_PDX_ENABLE_MKLDNN_BYDEFAULT": "0",
}


def prepare_process() -> None:
    """Set what the libraries read; a value from outside stays. Call it before they are imported.

    The one value that may not stay is a cache directory that can't be written: paddlex makes
    directories in it when it is imported, and dies of a PermissionError. It gets one of ours
    instead, in which a link leads to the models that lie in the other.
    """
    for name, text in _DEFAULTS.items():
        set_default(name, text)
    cache: Path | None = settings.OCRSITE_PADDLE_CACHE_DIR
    if cache is None or not _is_writable(cache):
        ours = Path(settings.DATA_DIR) / "paddlex"
        if cache is not None:
            _link(ours / MODELS, cache / MODELS)
        cache = ours
    set_variable("PADDLE_PDX_CACHE_HOME", str(cache))
    for name in ("PADDLEX_HOME", "HF_HOME"):  # not read by these versions; part of the contract
        set_default(name, str(cache))


@contextlib.contextmanager
def hold_load_lock() -> Iterator[None]:
    """Processes of this site load one after the other: each finds the GPU's memory as the ones
    before have left it, and none of them meets another's at its peak. Waits without end."""
    with file_lock(Path(settings.DATA_DIR) / "paddlex.lock"):
        yield


def _link(link: Path, target: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target, target_is_directory=True)


def _is_writable(directory: Path) -> bool:
    """Whether files can be made there; tried, because root and read-only mounts fool every look."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            return True
    except OSError:
        return False
