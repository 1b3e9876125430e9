"""The jail in which uploaded files are opened: what the rendering child gives up before the first.

The child imports everything it will ever need, closes the jail behind itself, and from then on gets
each file as an open descriptor. Every layer is tried by itself; one that the kernel or the
container's runtime refuses is reported, and the others hold without it.

| module | layer |
|---|---|
| `privileges` | `no_new_privileges`, `not_dumpable`, `no_capabilities`, `other_user` |
| `network` | `empty_network` |
| `landlock` | `file_view` |
| `seccomp`, `call_rules`, `call_numbers` | `system_calls` |
"""

from __future__ import annotations

from .close import close_jail
from .layers import Layer, LayerReport, State

__all__ = ["Layer", "LayerReport", "State", "close_jail"]
