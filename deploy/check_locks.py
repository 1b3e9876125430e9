"""Whether the lock files say exactly what is installed: every package pinned, every file hashed.

    python deploy/check_locks.py [LOCK ...]

Needs no network and nothing but the standard library, so `make lint` and CI run it everywhere. It
knows of no vulnerabilities: no package ships an up-to-date list of them under a licence that we
could depend on. docs/security.md says how to ask one where there is a network.

Exit status 1, with a line for each fault: a package that is not pinned by `==`, has no SHA-256
hash, comes from an address or a directory instead of an index, or is named twice for one
environment; an option that weakens the check of hashes or names another index; a package that
pyproject.toml asks for and the lock lacks; a version of one package that differs between the locks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock", "deploy/vlm.lock")
#: Locks of environments that have none of the product's packages.
APART = ("vlm.lock",)

_PINNED = re.compile(
    r"(?P<name>[a-z0-9][a-z0-9._-]*)(?:\[[a-z0-9,_-]+\])?==(?P<version>[a-z0-9.!+-]+)"
    r"\s*(?:;\s*(?P<marker>.+))?",
    re.IGNORECASE,
)
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*", re.IGNORECASE)

#: (name, marker): version.
Pins = dict["tuple[str, str]", str]


def normalize(name: str) -> str:
    """As indexes compare names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(text: str) -> tuple[Pins, list[str]]:
    """What a lock pins, and what is wrong with it."""
    pins: Pins = {}
    faults = []
    for entry in _split_entries(text):
        requirement, *hashes = (part.strip() for part in entry)
        found = _PINNED.fullmatch(requirement)
        if requirement.startswith("-"):
            faults.append(f"an option stands in the lock: {requirement}")
        elif found is None:
            faults.append(f"not pinned to one version: {requirement}")
        else:
            key = (normalize(found["name"]), found["marker"] or "")
            if key in pins:
                faults.append(f"named twice: {requirement}")
            pins[key] = found["version"]
            if not hashes:
                faults.append(f"has no hash: {requirement}")
            faults += [
                f"{requirement} has something else than a SHA-256: {text}"
                for text in hashes
                if not _HASH.fullmatch(text)
            ]
    return pins, faults


def find_missing(pyproject: str, pins: Pins) -> list[str]:
    """The packages among pyproject.toml's dependencies that the lock lacks."""
    table = re.search(r"^dependencies = \[\n(.*?)^\]", pyproject, re.MULTILINE | re.DOTALL)
    wanted = re.findall(r'^\s*"([^"]+)"', table[1] if table else "", re.MULTILINE)
    names = {name for name, _ in pins}
    asked = (match[0] for text in wanted if (match := _NAME.match(text)))
    return [f"asked for by pyproject.toml and not locked: {name}" for name in asked
            if normalize(name) not in names]  # fmt: skip


def find_differences(one: Pins, other: Pins) -> list[str]:
    """Packages whose version differs between two locks."""
    return [
        f"locked at {one[key]} and {other[key]}: {key[0]}"
        for key in sorted(set(one) & set(other))
        if one[key] != other[key]
    ]


def _split_entries(text: str) -> Iterator[list[str]]:
    """Each requirement with its hashes: lines that end in a backslash go on."""
    joined = text.replace("\\\n", "\n\x00")
    entry: list[str] = []
    for line in joined.splitlines():
        if line.startswith("\x00"):
            entry.append(line.lstrip("\x00"))
            continue
        if entry:
            yield entry
        entry = [line] if line.strip() and not line.lstrip().startswith("#") else []
    if entry:
        yield entry


def main(arguments: list[str]) -> int:
    paths = [Path(name) for name in arguments] or [ROOT / name for name in LOCKS]
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    faults, first = [], None
    for path in paths:
        pins, found = read_lock(path.read_text(encoding="utf-8"))
        if not pins:
            found.append("nothing is locked")
        found += find_missing(pyproject, pins) if path.name not in APART else []
        found += find_differences(first, pins) if first is not None else []
        first = first or pins
        faults += [f"{path.name}: {fault}" for fault in found]
    for fault in faults:
        print(fault, file=sys.stderr)  # noqa: T201 - a command's output
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
