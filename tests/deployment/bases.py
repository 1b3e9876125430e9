"""Images to build ours on: a fresh Debian with a Python in /usr/local, as the official ones are.

Python is this machine's: a copy of one that was installed into a directory of its own. Bases are
kept (see podman.py) and made again when what they are made of has changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.deployment import podman, product

_PREFIX = "localhost/ocrsite-tests"
_PADDLE = product.ROOT / "tests" / "paddle"

#: Of the official images of Python: what they have besides Debian's essential packages.
_PACKAGES = (
    "ca-certificates,netbase,tzdata,libbz2-1.0,libexpat1,libffi8,liblzma5,libncursesw6,"
    "libreadline8,libsqlite3-0,libssl3,libuuid1,zlib1g"
)

_PYTHON = """\
FROM {debian}
COPY python /usr/local
RUN ldconfig && ln -sf python3 /usr/local/bin/python
"""

#: As PaddleOCR's published Dockerfile ends; the home is closed, as useradd may leave it. libgl1 and
#: the like are in the official image of Python that is not slim.
_PADDLEOCR = """\
RUN apt-get update \\
    && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 libgomp1 \\
    && rm -rf /var/lib/apt/lists \\
    && groupadd -g 1000 paddleocr \\
    && useradd -m -s /bin/bash -u 1000 -g 1000 paddleocr
COPY --chown=paddleocr:paddleocr models /home/paddleocr/.paddlex
RUN chmod 700 /home/paddleocr
ENV DEBIAN_FRONTEND=noninteractive PIP_NO_CACHE_DIR=0 PYTHONUNBUFFERED=1 \\
    PYTHONDONTWRITEBYTECODE=1 HOME=/home/paddleocr
WORKDIR /home/paddleocr
USER paddleocr
EXPOSE 8080
CMD ["paddlex", "--serve", "--pipeline", "/home/paddleocr/pipeline_config_vllm.yaml"]
"""

_MODELS = """
import sys
from pathlib import Path
from tests.paddle import standin
standin.build(Path(sys.argv[1]), "v1")
"""


class Missing(Exception):
    """This machine lacks something that a base is made of."""


def make_base(target: str) -> str:
    """The name of the base for a target of the Dockerfile. Raises Missing."""
    return _make_cpu_base() if target == "cpu" else _make_gpu_base()


def _make_cpu_base() -> str:
    """As python:3.12-slim: the Python that the Dockerfile asks for."""
    match = re.fullmatch(r"python:(3\.\d+)\..*", product.build_arguments()["CPU_BASE"])
    assert match, "the default is not an official image of Python any more"
    home, debian = _find_python(match[1]), _make_debian()
    name = f"{_PREFIX}/cpu:{_hash([str(home), debian, _PYTHON])}"
    if not podman.image_exists(name):
        with _make_directory() as context:
            _copy_python(home, context / "python")
            _build(context, _PYTHON.format(debian=debian), name)
    return name


def _make_gpu_base() -> str:
    """As PaddleOCR-VL's, with paddlepaddle for the processor and with small models."""
    home, debian = _find_python("3.10"), _make_debian()
    files = [_PADDLE / f"offline-image.{kind}" for kind in ("in", "lock")]
    content = [path.read_text() for path in [*files, *sorted(_PADDLE.glob("standin/*.py"))]]
    name = f"{_PREFIX}/gpu:{_hash([str(home), debian, _PYTHON, _PADDLEOCR, *content])}"
    if not podman.image_exists(name):
        with _make_directory() as context:
            python = _copy_python(home, context / "python")
            _run(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--compile-bytecode",
                 "--break-system-packages", f"--python={python}", f"--requirement={files[0]}",
                 f"--constraint={files[1]}")  # fmt: skip
            _run(str(python), "-B", "-c", _MODELS, str(context / "models"))
            _build(context, _PYTHON.format(debian=debian) + _PADDLEOCR, name)
    return name


def _find_python(version: str) -> Path:
    """Where a Python of this version lies, and nothing else does."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = sorted(map(str, pyenv.glob(f"{version}.*/bin/python{version}")))
    for program in [sys.executable, *found, f"python{version}"]:
        ask = "import sys; print(*sys.version_info[:2], sep='.'); print(sys.base_prefix)"
        answer = subprocess.run([program, "-c", ask], capture_output=True, text=True,
                                check=False) if shutil.which(program) else None  # fmt: skip
        if answer is not None and answer.returncode == 0:
            its_version, prefix = answer.stdout.splitlines()
            if its_version == version and prefix != "/usr":
                return Path(prefix)
    raise Missing(f"no Python {version} is here that could be copied: pyenv has them")


def _copy_python(home: Path, place: Path) -> Path:
    """Without packages but pip, and as the official images without tests and bytecode. Returns the
    program."""
    shutil.copytree(
        home, place, symlinks=True,
        ignore=shutil.ignore_patterns(
            "__pycache__", "site-packages", "test", "tests", "idle_test", "config-3*"
        ),
    )  # fmt: skip
    [library] = place.glob("lib/python3.*")
    (library / "site-packages").mkdir()
    python = place / "bin" / library.name
    _run(str(python), "-m", "ensurepip", "--default-pip")
    return python


def _make_debian() -> str:
    """The release that this machine has: what was compiled here runs there."""
    system = platform.freedesktop_os_release()
    if system.get("ID") != "debian":
        raise Missing("this machine is no Debian")
    suite = system["VERSION_CODENAME"]
    name = f"{_PREFIX}/debian:{_hash([suite, _PACKAGES])}"
    if not podman.image_exists(name):
        with _make_directory() as directory:
            root, archive = directory / "root", directory / "root.tar"
            _run("debootstrap", "--variant=minbase", f"--include={_PACKAGES}", suite, str(root),
                 *_find_mirror())  # fmt: skip
            shutil.rmtree(root / "var" / "cache" / "apt" / "archives")
            shutil.rmtree(root / "var" / "lib" / "apt" / "lists")
            _run("tar", "--create", f"--directory={root}", f"--file={archive}", ".")
            _untag_older(name)
            podman.call("import", str(archive), name, timeout=120)
    return name


def _find_mirror() -> list[str]:
    """Where this machine's own packages come from."""
    asked = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return asked.stdout.split()[:1]


def _hash(parts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


@contextlib.contextmanager
def _make_directory() -> Iterator[Path]:
    """On the disk where uv's files and the images are: files are linked, not copied."""
    with tempfile.TemporaryDirectory(dir=podman.CACHE) as directory:
        yield Path(directory)


def _build(context: Path, text: str, name: str) -> None:
    file = context / "Containerfile"
    file.write_text(text)
    _untag_older(name)
    podman.build_image(context, containerfile=file, name=name)


def _untag_older(name: str) -> None:
    """Take the names from older bases: what has no name is removed in the end."""
    older = f"reference={name.rpartition(':')[0]}"
    for image in podman.call("images", "--quiet", "--filter", older).stdout.split():
        podman.call("untag", image)


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=product.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {(done.stdout + done.stderr)[-3000:]}"
