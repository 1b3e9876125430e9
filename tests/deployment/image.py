"""Builds an image's root directory from the Dockerfile, without a container engine.

COPY copies, from the context that .dockerignore leaves. A RUN that asks the network or installs
something is left to the machine the tests run on (see container.py); every other one is run.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.deployment import container
from tests.deployment.dockerfile import Dockerfile, Ignored, Instruction, Stage, expand, pairs

#: What a RUN that is not run here consists of.
INSTALLING = ("apt-get", "pip", "install_beside_base.py")


@dataclass
class Image:
    """One stage, built. `bases`: the outside image it stands on, its own name last."""

    root: Path
    variables: dict[str, str] = field(default_factory=lambda: {"PATH": container.SYSTEM_PATH})
    arguments: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    directory: str = "/"
    user: str = "0"
    base: str = ""


def installs(instruction: Instruction) -> bool:
    return any(word in instruction.text for word in INSTALLING)


class Builder:
    def __init__(
        self, dockerfile: Dockerfile, context: Path, ignored: Ignored, roots: Path
    ) -> None:
        self._dockerfile, self._context, self._ignored = dockerfile, context, ignored
        self._roots = roots
        self._built: dict[str, Image] = {}

    def build(self, name: str) -> Image:
        if name not in self._built:
            self._built[name] = self._build(self._dockerfile.stages[name])
        return self._built[name]

    def _build(self, stage: Stage) -> Image:
        image = Image(self._roots / stage.name, base=expand(stage.base, self._dockerfile.arguments))
        assert image.base not in self._dockerfile.stages, (
            "a stage on a stage: teach this to build it"
        )
        image.root.mkdir(mode=0o755)
        container.furnish(image.root)
        for instruction in stage.instructions:
            step = getattr(self, f"_{instruction.name.lower()}", None)
            if step is not None:
                step(image, instruction)
        return image

    def _arg(self, image: Image, instruction: Instruction) -> None:
        name, given, default = instruction.text.partition("=")
        value = default if given else self._dockerfile.arguments.get(name)
        if value is not None:
            image.arguments[name] = value

    def _env(self, image: Image, instruction: Instruction) -> None:
        image.variables |= pairs(instruction.text, {**image.arguments, **image.variables})

    def _label(self, image: Image, instruction: Instruction) -> None:
        image.labels |= pairs(instruction.text, {**image.arguments, **image.variables})

    def _user(self, image: Image, instruction: Instruction) -> None:
        image.user = instruction.text

    def _workdir(self, image: Image, instruction: Instruction) -> None:
        image.directory = instruction.text
        (image.root / instruction.text[1:]).mkdir(parents=True, exist_ok=True)

    def _run(self, image: Image, instruction: Instruction) -> None:
        if not installs(instruction):
            variables = {**image.variables, **image.arguments}
            container.run(
                image.root, ["/bin/sh", "-c", instruction.text], variables, image.directory
            )

    def _copy(self, image: Image, instruction: Instruction) -> None:
        *sources, target = instruction.text.split()
        other = instruction.flags.get("from")
        if other and sources == [container.VENV]:
            return  # the running Python stands for it
        destination = image.root / str(Path(image.directory, target))[1:]
        into = target.endswith("/") or len(sources) > 1 or destination.is_dir()
        for source in sources:
            if other:
                self._copy_path(self.build(other).root / source[1:], destination, into)
            else:
                assert source not in self._ignored, f"{source} is not in the context"
                self._copy_path(self._context / source, destination, into)

    def _copy_path(self, source: Path, destination: Path, into: bool) -> None:
        """A directory's content goes to the destination; a file goes into it or becomes it."""
        if source.is_dir():
            shutil.copytree(source, destination, ignore=self._ignore, dirs_exist_ok=True)
            return
        target = destination / source.name if into else destination
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        self._protect(source, target)

    def _ignore(self, directory: str, names: list[str]) -> list[str]:
        if not Path(directory).is_relative_to(self._context):
            return []
        inside = Path(directory).relative_to(self._context)
        return [name for name in names if str(inside / name) in self._ignored]

    def _protect(self, source: Path, target: Path) -> None:
        """As from a checkout of somebody who shows nothing to others (umask 077)."""
        if source.is_relative_to(self._context):
            os.chmod(target, 0o600)
