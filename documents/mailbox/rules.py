"""Whose a message is: the first rule that it fits says so."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from documents.mailbox.headers import Head


@dataclass(frozen=True)
class Rule:
    """`sender`, `subject` and `folder` must all fit, "" fits everything: a part of the text, with
    `*` for anything between; upper and lower case are equal. `folder` is a whole name."""

    team: uuid.UUID
    tags: tuple[str, ...] = field(default=())
    sender: str = ""
    subject: str = ""
    folder: str = ""

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Rule:
        return cls(
            uuid.UUID(data["team"]),
            tuple(data.get("tags", ())),
            data.get("sender", ""),
            data.get("subject", ""),
            data.get("folder", ""),
        )

    def fits(self, head: Head, folder: str) -> bool:
        return (
            _fits(self.sender, head.sender)
            and _fits(self.subject, head.subject)
            and self.folder.casefold() in ("", folder.casefold())
        )


def choose_rule(rules: Iterable[Rule], head: Head, folder: str) -> Rule | None:
    return next((rule for rule in rules if rule.fits(head, folder)), None)


def _fits(wanted: str, text: str) -> bool:
    rest = text.casefold()
    for part in wanted.casefold().split("*"):
        _before, found, rest = rest.partition(part) if part else ("", "found", rest)
        if not found:
            return False
    return True
