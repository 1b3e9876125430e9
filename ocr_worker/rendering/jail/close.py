"""Close the jail: every layer in the order that the kernel allows."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping

from ocr_worker.process_death import die_with_parent

from . import landlock, network, privileges, seccomp
from .call_rules import Rule, call_rules
from .layers import Layer, LayerReport, State


def close_jail(
    parent: int,
    *,
    readable: Iterable[str],
    own: str | None = None,
    sockets: Iterable[str] = (),
    rules: Callable[[int], Mapping[str, Rule]] = call_rules,
    layers: Collection[Layer] = tuple(Layer),
) -> list[LayerReport]:
    """Give up whatever `layers` name, for good; what became of each.

    `parent`: the parent's process id, with which this process goes on to die. `readable`: files and
    directories that may still be read. `own`: a directory in which files may be made.
    `sockets`: directories in which Unix sockets may be. `rules`: the
    system calls of a process id. Call it in the only thread, when everything is imported that lies
    elsewhere.
    """
    closing = _Closing(layers)
    closing.attempt(Layer.NO_NEW_PRIVILEGES, privileges.forbid_new_privileges)
    closing.attempt(Layer.EMPTY_NETWORK, network.enter_empty_network)
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        closing.leave_out(Layer.OTHER_USER, "the site was not started as root")
    closing.attempt(Layer.OTHER_USER, lambda: privileges.become_another_user(own))
    # Another way to it, which the user that this process is now may have.
    closing.attempt(Layer.EMPTY_NETWORK, network.enter_empty_network_as_anybody)
    closing.attempt(Layer.NO_CAPABILITIES, privileges.drop_capabilities)
    closing.attempt(Layer.NOT_DUMPABLE, privileges.forbid_inspection)
    die_with_parent(parent)  # the kernel has forgotten it with the change of user
    closing.attempt(Layer.FILE_VIEW, lambda: landlock.restrict_files(readable, own, sockets))
    closing.attempt(Layer.SYSTEM_CALLS, lambda: seccomp.deny_calls_by_default(rules(os.getpid())))
    return [closing.reports[layer] for layer in Layer if layer in closing.reports]


class _Closing:
    def __init__(self, layers: Collection[Layer]) -> None:
        self._layers = layers
        self.reports: dict[Layer, LayerReport] = {}

    def attempt(self, layer: Layer, close: Callable[[], None]) -> None:
        """Close a layer unless it holds already or is not needed; the last refusal counts."""
        before = self.reports.get(layer)
        if layer not in self._layers or (before and before.state is not State.REFUSED):
            return
        try:
            close()
        except OSError as error:
            self._report(layer, State.REFUSED, error.strerror or str(error))
        else:
            self._report(layer, State.HOLDS)

    def leave_out(self, layer: Layer, reason: str) -> None:
        if layer in self._layers:
            self._report(layer, State.NOT_NEEDED, reason)

    def _report(self, layer: Layer, state: State, reason: str = "") -> None:
        self.reports[layer] = LayerReport(layer, state, reason)
