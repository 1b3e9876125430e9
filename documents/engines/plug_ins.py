"""The engines that other installed packages bring: entry points of the group `ocrsite.engines`.

Only names are looked at here, and nothing of a package is imported: the web processes list an
engine, and the worker that uses it loads it (ocr_worker/engines/plug_ins.py). docs/engines.md says
how to write one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

GROUP = "ocrsite.engines"

#: A name stands in addresses, settings and the database, where it has so much room.
NAME_LENGTH = 20
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class PlugIns:
    """`engines`: the entry point of each engine by its name, in alphabetical order. `refused`: why
    another is not used, by its name."""

    engines: dict[str, EntryPoint] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)


def find_plug_ins(reserved: Collection[str]) -> PlugIns:
    """Those of the packages on the path of this process. `reserved`: names that mean another."""
    return sort_out(entry_points(group=GROUP), reserved)


def sort_out(found: Iterable[EntryPoint], reserved: Collection[str]) -> PlugIns:
    """Choose the entry points whose name can be used, and say why the others can't."""
    plug_ins = PlugIns()
    for each in sorted(found, key=lambda one: one.name):
        if not _NAME.fullmatch(each.name) or len(each.name) > NAME_LENGTH:
            plug_ins.refused[each.name] = (
                f"a name has lower case letters, digits and single hyphens, {NAME_LENGTH} at most"
            )
        elif each.name in reserved:
            plug_ins.refused[each.name] = "the name is that of an engine of the product"
        elif each.name in plug_ins.engines and each.value != plug_ins.engines[each.name].value:
            plug_ins.refused[each.name] = "two packages bring an engine of this name"
        else:
            plug_ins.engines[each.name] = each
    for name in plug_ins.refused:
        plug_ins.engines.pop(name, None)
    return plug_ins


def package_of(plug_in: EntryPoint) -> str:
    """Name and version of its package, for people: "ocrsite-lines 1.2"; its module without one."""
    return f"{plug_in.dist.name} {plug_in.dist.version}" if plug_in.dist else plug_in.module
