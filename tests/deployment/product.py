"""What the product itself says, for comparing with what is said elsewhere."""

from __future__ import annotations

import importlib.util
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

from ocrsite.environment.parse import Environment, parse_variables

ROOT = Path(__file__).resolve().parent.parent.parent


class _Asked(Mapping[str, str]):
    """Nothing is set, and it remembers what was asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        if name == "OCRSITE_DATA_DIR":
            return os.environ[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def variables() -> set[str]:
    """The names that the environment is asked for, but the one that is for the site's own use; and
    those of libraries that it looks at and may set."""
    asked = _Asked()
    parse_variables(asked)
    return asked.names - {"OCRSITE_START_ID", "HOME"}


def settings(**given: str) -> Environment:
    return parse_variables({"OCRSITE_DATA_DIR": os.environ["OCRSITE_DATA_DIR"], **given})


def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8")


def build_targets() -> list[str]:
    """The last is built when no target is named."""
    return re.findall(r"^FROM \S+ AS (\S+)$", dockerfile(), re.MULTILINE)


def build_arguments() -> dict[str, str]:
    """Those that may be given, with their defaults; "" where there is none."""
    found: dict[str, str] = {}
    for name, default in re.findall(r"^ARG (\w+)=?(.*)$", dockerfile(), re.MULTILINE):
        found[name] = found.get(name) or default
    return found


def script(name: str) -> ModuleType:
    """A script of deploy/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "deploy" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
