"""What the Dockerfile says, where no build could show it. test_images.py builds it."""

from __future__ import annotations

import re

from django.conf import settings

import ocrsite
from ocrsite.runtime.start_state import ProcessRole
from tests.deployment import product

GPU_BASE = "ccr-2vdh3abv-pub.cnc.bj.baidubce.com/paddlepaddle/paddleocr-vl:latest-gpu-sm120-offline"


def test_the_gpu_image_is_built_when_no_target_is_named() -> None:
    assert product.build_targets()[-1] == "gpu"


def test_every_base_can_be_chosen_and_is_the_agreed_one_by_default() -> None:
    bases = set(re.findall(r"^FROM (\S+)", product.dockerfile(), re.MULTILINE))
    defaults = product.build_arguments()

    assert bases == {"scratch", "${CPU_BASE}", "${GPU_BASE}"}
    assert defaults["GPU_BASE"] == GPU_BASE
    assert re.fullmatch(r"python:3\.1[0-3]\.\d+-slim-bookworm", defaults["CPU_BASE"])


def test_everything_that_is_installed_comes_from_package_registries() -> None:
    assert not re.search(r"(https?|ftp|git)://", product.dockerfile())


def test_packages_are_installed_by_hash_and_never_compiled() -> None:
    text = product.dockerfile().replace("\\\n", "")
    installs = re.findall(r"-m pip [^&\n]*", text)

    assert installs
    for command in installs:
        assert re.search(r"--require-hashes\s+--only-binary=:all:", command)


def test_both_targets_say_the_products_version() -> None:
    said = re.findall(r"^ARG VERSION=(.*)$", product.dockerfile(), re.MULTILINE)

    assert said == [ocrsite.__version__] * 2


def test_the_roles_of_the_entrypoint_are_those_of_serve() -> None:
    assert {role.value for role in ProcessRole} == {"all", "web", "worker"}


def test_the_batched_recogniser_is_where_it_is_looked_for_and_as_the_extra_has_it() -> None:
    environment = settings.OCRSITE_VLM_PYTHON.parent.parent
    assert f"COPY --from=vlm-build {environment} {environment}" in product.dockerfile()

    asked = (product.ROOT / "deploy" / "vlm.in").read_text(encoding="utf-8")
    extra = re.search(
        r"^vlm = \[[^\n]*\n(.*?)^\]",
        (product.ROOT / "pyproject.toml").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
    assert extra is not None
    in_image = [line.split("#")[0].strip() for line in asked.splitlines()]
    assert [line for line in in_image if line] == re.findall(r'"([^"]+)"', extra[1])
