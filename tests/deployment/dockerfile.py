"""A Dockerfile and a .dockerignore as a container engine reads them, for what ours use.

Written here because the packages that parse a Dockerfile know neither stages' files nor
.dockerignore; an instruction or a flag that this module does not know is an error, not a guess.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_FLAGS = {
    "FROM": set[str](),
    "COPY": {"from"},
    "HEALTHCHECK": {"interval", "timeout", "start-period", "retries"},
}
_KNOWN = {
    *("ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"),
    *("RUN", "STOPSIGNAL", "USER", "WORKDIR"),
}


@dataclass(frozen=True)
class Instruction:
    """`text`: what follows the name and the flags, lines joined. Variables are not replaced."""

    line: int
    name: str
    flags: dict[str, str]
    text: str

    @property
    def command(self) -> list[str] | None:
        """The words of a command in its exec form; None for the shell form."""
        return list(json.loads(self.text)) if self.text.startswith("[") else None


@dataclass(frozen=True)
class Stage:
    """`base`: as written, variables and all."""

    name: str
    base: str
    instructions: list[Instruction] = field(default_factory=list)

    def all(self, name: str) -> list[Instruction]:
        return [instruction for instruction in self.instructions if instruction.name == name]

    def only(self, name: str) -> Instruction:
        [found] = self.all(name)
        return found


@dataclass(frozen=True)
class Dockerfile:
    """`arguments`: those before the first stage, with their defaults; the last stage is built when
    no target is named."""

    arguments: dict[str, str]
    stages: dict[str, Stage]


def parse(text: str) -> Dockerfile:
    arguments: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    stage: Stage | None = None
    for instruction in _instructions(text):
        if instruction.name == "FROM":
            base, _, name = instruction.text.partition(" AS ")
            assert name and name not in stages, f"line {instruction.line}: a stage needs its name"
            stage = stages[name] = Stage(name, base)
        elif stage is not None:
            stage.instructions.append(instruction)
        else:
            assert instruction.name == "ARG", f"line {instruction.line}: only ARG may stand here"
            name, _, default = instruction.text.partition("=")
            arguments[name] = default
    return Dockerfile(arguments, stages)


def _instructions(text: str) -> list[Instruction]:
    found: list[Instruction] = []
    pending, first = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        first = first if pending else number
        pending += line.removesuffix("\\").rstrip() + " "
        if not line.endswith("\\"):
            found.append(_instruction(first, pending.strip()))
            pending = ""
    assert not pending, "the last line goes on after the end"
    return found


def _instruction(line: int, text: str) -> Instruction:
    name, _, rest = text.partition(" ")
    assert name in _KNOWN, f"line {line}: {name} is not known here"
    flags: dict[str, str] = {}
    while rest.startswith("--"):
        flag, _, rest = rest.partition(" ")
        key, _, value = flag.removeprefix("--").partition("=")
        assert key in _FLAGS.get(name, set()), f"line {line}: {flag} is not known here"
        flags[key] = value
    return Instruction(line, name, flags, rest.strip())


def pairs(text: str, variables: Mapping[str, str]) -> dict[str, str]:
    """The `name=value` pairs of ENV, LABEL and ARG, with variables replaced."""
    found = {}
    for word in shlex.split(text):
        name, _, value = word.partition("=")
        found[name] = expand(value, variables)
    return found


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Replace $NAME and ${NAME}; a variable that nobody declared is an error."""
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda match: variables[match[1] or match[2]], text)


# --- .dockerignore --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ignored:
    """Which paths of the context the engine never sees. The last pattern that fits decides, and a
    pattern that fits a directory fits all in it."""

    patterns: list[tuple[re.Pattern[str], bool]]

    @classmethod
    def read(cls, path: Path) -> Ignored:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        return cls(
            [
                (re.compile(_regex(line.removeprefix("!").strip("/"))), not line.startswith("!"))
                for line in lines
                if line and not line.startswith("#")
            ]
        )

    def __contains__(self, path: str) -> bool:
        parts = path.split("/")
        ways = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        ignored = False
        for pattern, ignores in self.patterns:
            if any(pattern.fullmatch(way) for way in ways):
                ignored = ignores
        return ignored


def _regex(pattern: str) -> str:
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]]*\])", pattern)
    return "".join(
        known.get(part) or (part if part.startswith("[") else re.escape(part)) for part in parts
    )
