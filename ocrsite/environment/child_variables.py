"""Which environment variables a child process gets."""

from __future__ import annotations

from collections.abc import Mapping

#: What a program may need to start, and is not secret.
_HARMLESS = frozenset({"PATH", "HOME", "LANG", "TMPDIR", "TZ", "LD_LIBRARY_PATH"})
_HARMLESS_PREFIXES = ("LC_", "PYTHON")


def select_for_child(variables: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """All `variables`, with `changes`.

    The administrator's password is passed on only where `changes` has it.
    """
    inherited = {
        name: value for name, value in variables.items() if name != "OCRSITE_ADMIN_PASSWORD"
    }
    return {**inherited, **changes}


def select_for_untrusted_child(variables: Mapping[str, str]) -> dict[str, str]:
    """Only what programs need to start and to load their libraries: no setting of this site or of
    another program."""
    return {
        name: value
        for name, value in variables.items()
        if name in _HARMLESS or name.startswith(_HARMLESS_PREFIXES)
    }


def select_for_gpu_child(variables: Mapping[str, str]) -> dict[str, str]:
    """As `select_for_untrusted_child`, and which GPUs there are. Of the directories of libraries
    only the driver's: the child's environment has CUDA's, of versions of its own."""
    chosen = select_for_untrusted_child(variables)
    directories = [
        directory
        for directory in chosen.pop("LD_LIBRARY_PATH", "").split(":")
        if "nvidia" in directory
    ]
    if directories:
        chosen["LD_LIBRARY_PATH"] = ":".join(directories)
    gpus = {
        name: value for name, value in variables.items() if name.startswith(("CUDA_", "NVIDIA_"))
    }
    return {**chosen, **gpus}
