"""The jail's layers, and what became of each. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Layer(str, Enum):
    """One thing that the child gives up; each is tried whatever became of the others."""

    #: No program that it starts could gain rights (set-user-id files, file capabilities).
    NO_NEW_PRIVILEGES = "no_new_privileges"
    #: A network namespace without any interface that is up.
    EMPTY_NETWORK = "empty_network"
    #: A user of its own, without groups, where the site was started as root.
    OTHER_USER = "other_user"
    NO_CAPABILITIES = "no_capabilities"
    #: No process of the same user may look into its memory, and it writes no core.
    NOT_DUMPABLE = "not_dumpable"
    #: Of all files it can open only fonts, to read them (Landlock).
    FILE_VIEW = "file_view"
    #: System calls that drawing a page does not need are refused (seccomp).
    SYSTEM_CALLS = "system_calls"


class State(str, Enum):
    HOLDS = "holds"
    REFUSED = "refused"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class LayerReport:
    """What became of a layer; `reason`: why it was refused or is not needed, in English."""

    layer: Layer
    state: State
    reason: str = ""
