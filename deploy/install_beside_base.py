"""Install ocrsite's packages beside those of a base image and change none of the base's.

    python install_beside_base.py ENVIRONMENT [--expect PACKAGE ...]

Run by the Dockerfile with the base image's own Python, where pyproject.toml and both locks lie.
ENVIRONMENT becomes a virtual environment that sees the base's packages. What the base has keeps
its version; what it lacks is installed as requirements.lock has it, and where that can't stand
beside the base, in another version that pyproject.toml allows (the output says which). Where
nothing can, the build ends and says why.

Afterwards base and environment are compared: a package of the base that is hidden, changed or
missing, or a PACKAGE that was not there from the start, ends the build too.

Needs nothing but Python 3.10 and pip. uv, as requirements-dev.lock has it, is fetched to find the
versions: it explains in seconds what pip tries for hours.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import site
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import all_suffixes
from importlib.metadata import distributions
from pathlib import Path
from tempfile import TemporaryDirectory

#: By normalised name: version and the directory it is installed in.
Packages = dict[str, tuple[str, str]]

#: What careless packages leave beside themselves, and nobody imports.
_LITTER = {"docs", "examples", "test", "tests"}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("environment", type=Path, nargs="?")
    parser.add_argument("--expect", nargs="*", default=[], metavar="PACKAGE")
    parser.add_argument("--list", action="store_true", help="print this Python's packages as JSON")
    options = parser.parse_args(arguments)
    if options.list:
        print(json.dumps({"packages": packages(), "directories": site.getsitepackages()}))  # noqa: T201
        return
    if sys.prefix != sys.base_prefix:
        sys.exit(f"{sys.executable} is in a virtual environment: its packages would not be seen.")
    base = packages()
    absent = [name for name in map(normalised, options.expect) if name not in base]
    if absent:
        sys.exit(f"The base image's {sys.executable} does not have {', '.join(absent)}.")

    install(options.environment, base)
    answer = subprocess.run(
        [str(options.environment / "bin" / "python"), __file__, "--list"],
        check=True, stdout=subprocess.PIPE,
    ).stdout  # fmt: skip
    after = json.loads(answer)
    ours = [place for place in after["directories"] if place not in site.getsitepackages()]
    wrong = [*changed(base, after["packages"]), *hidden(site.getsitepackages(), ours)]
    if wrong:
        sys.exit("\n".join(["The base image's packages must stay as they are:", *wrong]))


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def packages() -> Packages:
    """What this Python can import, by the name of the distribution; the first on its path wins."""
    found: Packages = {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        if name:
            where = str(distribution.locate_file(""))
            found.setdefault(normalised(name), (distribution.version, where))
    return found


def entries(lock: str) -> dict[str, str]:
    """A lock's entries (version, marker, hashes) by package; several where markers tell them."""
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?=[\w-])", lock):
        if name := re.match(r"[\w.-]+(?===)", entry):
            key = normalised(name[0])
            found[key] = f"{found[key]}\n{entry}" if key in found else entry
    return found


def install(environment: Path, base: Packages) -> None:
    _run(sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", str(environment))
    before = Path("requirements.lock").read_text(encoding="utf-8")
    with TemporaryDirectory() as directory:
        chosen = _choose(base, before, Path(directory))
        lacking = Path(directory) / "lacking.txt"
        lacking.write_text("\n".join(v for k, v in chosen.items() if k not in base))
        _pip("--python", str(environment / "bin" / "python"), "install", "--no-deps",
             "--only-binary=:all:", "--require-hashes", "--requirement", str(lacking))  # fmt: skip
    for name, entry in chosen.items():
        pin = entry.split()[0]
        if name not in base and f"{pin} " not in before:
            print(f"Not as in requirements.lock, because of the base: {pin}")  # noqa: T201


def _choose(base: Packages, lock: str, directory: Path) -> dict[str, str]:
    """Everything pyproject.toml asks for, in versions that fit the base: entries with hashes."""
    tool = directory / "uv.txt"
    tool.write_text(entries(Path("requirements-dev.lock").read_text(encoding="utf-8"))["uv"])
    _pip("install", "--no-deps", "--require-hashes", "--requirement", str(tool),
         "--target", str(directory / "uv"))  # fmt: skip
    constraints, output = directory / "base.txt", directory / "chosen.txt"
    constraints.write_text("\n".join(f"{name}=={base[name][0]}" for name in sorted(base)))
    output.write_text(lock, encoding="utf-8")  # uv keeps to what stands there, where it can
    index = os.environ.get("PIP_INDEX_URL")
    _run(str(directory / "uv" / "bin" / "uv"), "pip", "compile", "pyproject.toml",
         *(["--default-index", index] if index else []), "--python", sys.executable, "--no-cache",
         "--constraint", str(constraints), "--output-file", str(output), "--only-binary=:all:",
         "--generate-hashes", "--no-annotate", "--no-header", "--quiet")  # fmt: skip
    return entries(output.read_text(encoding="utf-8"))


def _pip(*arguments: str) -> None:
    _run(sys.executable, "-m", "pip", "--no-cache-dir", "--disable-pip-version-check", "--quiet",
         *arguments)  # fmt: skip


def changed(base: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> list[str]:
    """One sentence for each package of the base that is not `after` as it was."""
    found = []
    for name, (version, where) in sorted(base.items()):
        now_version, now_where = after.get(name, ("", ""))
        if not now_where:
            found.append(f"{name} {version} is missing.")
        elif (now_version, now_where) != (version, where):
            found.append(f"{name} {version} became {now_version} in {now_where}.")
    return found


def hidden(theirs: Sequence[str], ours: Sequence[str]) -> list[str]:
    """One sentence for each module in the directories `theirs` that another in `ours` hides, such
    as the same module out of a package of another name."""
    of_base = _modules(theirs)
    return [
        f"The module {name} is hidden by {path}."
        for name, path in sorted(_modules(ours).items())
        if name in of_base and name not in _LITTER and (_whole(path) or _whole(of_base[name]))
    ]


def _modules(directories: Sequence[str]) -> dict[str, Path]:
    """Importable names at the top of `directories`, and the first place of each."""
    found: dict[str, Path] = {}
    for directory in map(Path, directories):
        for path in sorted(directory.iterdir()) if directory.is_dir() else []:
            name = path.name.partition(".")[0]
            if path.is_dir():
                importable = path.name == name and name.isidentifier() and name != "__pycache__"
            else:
                importable = path.name[len(name) :] in all_suffixes()
            if importable:
                found.setdefault(name, path)
    return found


def _whole(path: Path) -> bool:
    """Whether it is a module or package, not a part of a namespace that several may share."""
    return path.is_file() or any((path / f"__init__{suffix}").exists() for suffix in all_suffixes())


def _run(*command: str) -> None:
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit(f"This failed, and the reason is above: {' '.join(command)}")


if __name__ == "__main__":
    main(sys.argv[1:])
