"""The Dockerfile's images, built once for all tests by Podman."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

from tests.deployment import bases, podman, product
from tests.deployment.podman import Image

#: What may lie in a checkout, and is nothing of the site's.
LITTER = (
    *(".git/config", ".env", "deploy/.env", ".venv/bin/python", ".venv-3.10/x", ".ci/test"),
    *("data/db.sqlite3", "data/secrets/secret_key", "tests/conftest.py", "docs/api.md"),
    *("ocrsite/__pycache__/urls.cpython-310.pyc", "documents/api/__pycache__/x", "x.log"),
    *("ocrsite/.mypy_cache/x", "node_modules/x/y.js", "staticfiles/x.css", "Dockerfile"),
    *("ocrsite/locale/ru/LC_MESSAGES/django.po", "documents/views.py~", "shared/samples"),
)


def skip_or_fail(reason: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(f"{reason}, and in CI containers must be possible")
    pytest.skip(reason)


@dataclass
class Images:
    """By target. Each is built when it is asked for first."""

    context: Path
    _built: dict[str, Image] = field(default_factory=dict)

    def get(self, target: str) -> Image:
        if target not in self._built:
            try:
                base = bases.make_base(target)
            except bases.Missing as error:
                skip_or_fail(str(error))
            self._built[target] = Image(
                podman.build_image(
                    self.context,
                    # The other is the one that is built when none is named.
                    target="cpu" if target == "cpu" else "",
                    arguments={
                        f"{target.upper()}_BASE": base,
                        "REVISION": "a1b2c3",
                        "BATCHED": "no",  # six gigabytes; `make test-vlm` installs them
                    },
                ),
                target,
                base,
            )
        return self._built[target]


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of somebody who shows nothing to others (umask 077), with much else in it."""
    place = tmp_path_factory.mktemp("build") / "context"
    shutil.copytree(
        product.ROOT, place,
        ignore=shutil.ignore_patterns(".*", "__pycache__", "data", "tests", "node_modules"),
    )  # fmt: skip
    shutil.copy(product.ROOT / ".dockerignore", place)
    for name in LITTER:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_text("litter")
    for path in [place, *place.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    return place


@pytest.fixture(scope="session")
def images(context: Path) -> Iterator[Images]:
    reason = podman.find_obstacle()
    if reason is not None:
        skip_or_fail(reason)
    with podman.lock_store():
        yield Images(context)


@pytest.fixture(scope="module")
def cpu(images: Images) -> Image:
    return images.get("cpu")


@pytest.fixture(scope="module")
def gpu(images: Images) -> Image:
    return images.get("gpu")


@pytest.fixture(scope="module", params=["cpu", "gpu"])
def image(request: pytest.FixtureRequest, images: Images) -> Image:
    """One, then the other."""
    return images.get(request.param)
