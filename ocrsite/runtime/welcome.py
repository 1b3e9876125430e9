"""What a person at a terminal is told: where the site is, how to log in, how to stop it."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

_WIDTH = 68


def tell(text: str) -> None:
    """Write a line for a person. Not where a program reads the output: it reads the log."""
    if is_terminal():
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def is_terminal() -> bool:
    return sys.stdout.isatty()


def build_welcome(port: int, data_dir: Path, *, user: str, password: str | None) -> str:
    """The block that ends a start. `password`: a generated one, which is shown this once."""
    lines = [("Open", f"http://localhost:{port}/")]
    if password is not None:
        lines += [
            ("User", user),
            ("Password", password),
            ("", "shown only this once; you choose another when you log in"),
        ]
    lines += [("Data", str(data_dir)), ("Stop", "Ctrl-C")]
    body = "\n".join(f"  {name:<10}{value}" for name, value in lines)
    rule = "-" * _WIDTH
    note = "Below this line: only what needs attention. The whole log: make run | cat"
    return "\n".join(
        ["", rule, "  ocrsite is running", "", body, rule, *textwrap.wrap(note, 76), ""]
    )
