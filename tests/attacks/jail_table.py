"""Attempt x layer x result, as a table for docs/security.md: `python -m tests.attacks.jail_table`.

Each attempt is made without the jail, behind each layer alone, and behind all; once as a site that
root started, once as one that an unprivileged user started. Takes minutes: every cell has a child
of its own. `done` is what must not stand in the last column.
"""

from __future__ import annotations

import logging
import os
import platform
import sys
import tempfile
from pathlib import Path

import django

#: Layers that refuse something by themselves, in the order of the columns.
COLUMNS = ("other_user", "empty_network", "file_view", "system_calls")


def main() -> int:
    with tempfile.TemporaryDirectory() as data:
        os.environ.setdefault("OCRSITE_DATA_DIR", str(Path(data, "data")))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ocrsite.settings")
        django.setup()
        logging.disable()  # each kill is reported, and the table has it
        from tests.attacks.jail import NOBODY

        print(f"Linux {platform.release()}, {platform.machine()}\n")
        through = 0
        for user in (0, NOBODY) if os.geteuid() == 0 else (os.geteuid(),):
            through += print_table(user)
    return 1 if through else 0


def print_table(user: int) -> int:
    """Print the table of a site that `user` started; how many attempts all layers let through."""
    from ocr_worker.rendering.jail import Layer
    from tests.attacks.jail import DONE, Attacker, site_of
    from tests.attacks.jailed_child import ATTEMPTS

    columns: dict[str, tuple[Layer, ...] | None] = {"without": ()}
    for name in COLUMNS:
        if user == 0 or name != Layer.OTHER_USER.value:
            # The kernel asks for no_new_privs before the others; it refuses none of these itself.
            columns[name] = (Layer.NO_NEW_PRIVILEGES, Layer(name))
    columns["all layers"] = None
    through = 0
    with site_of(user) as site:
        print(f"Started as {'root' if user == 0 else f'user {user}'}:\n")
        print(f"| attempt | {' | '.join(columns)} |\n|---{'|---' * len(columns)}|")
        for name, attempt in ATTEMPTS.items():
            cells = []
            for layers in columns.values():
                with Attacker(site, layers) as attacker:
                    cells.append(attacker.attempt(name))
            through += cells[-1] == DONE
            what = (attempt.__doc__ or name).rstrip(".")
            print(f"| {what} | {' | '.join(cells)} |", flush=True)
    print()
    return through


if __name__ == "__main__":
    sys.exit(main())
