"""The actions of the child on what lies in the open file: members of archives, attachments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO

from .containers import Members, open_container, open_message

Answer = tuple[dict[str, Any], bytes]


class MemberActions:
    """`get_file`: the open file and its MIME type. The container stays open until another password
    is given, or `close`. Raises ReadingError."""

    def __init__(self, get_file: Callable[[], tuple[BinaryIO, str]]) -> None:
        self._get_file = get_file
        self._opened: tuple[str, Members] | None = None
        self.actions: dict[str, Callable[..., Answer]] = {
            "member": self.member,
            "member_piece": self.member_piece,
            "check_password": self.check_password,
            "mail_facts": self.mail_facts,
        }

    def close(self) -> None:
        if self._opened is not None:
            self._opened[1].close()
        self._opened = None

    def member(self, index: int, password: str) -> Answer:
        return {"member": self._open(password).describe(index)}, b""

    def member_piece(self, index: int, offset: int, size: int, password: str) -> Answer:
        return {}, self._open(password).read(index, offset, size)

    def check_password(self, password: str) -> Answer:
        """Raises PasswordNeeded where the password opens no file of the archive."""
        members, index = self._open(password), 0
        while (facts := members.describe(index)) is not None:
            if facts["is_file"] and facts["encrypted"]:
                members.read(index, 0, 1)
                break
            index += 1
        return {}, b""

    def mail_facts(self) -> Answer:
        return {"facts": open_message(*self._get_file()).facts()}, b""

    def _open(self, password: str) -> Members:
        if self._opened is not None and self._opened[0] != password:
            self.close()
        if self._opened is None:
            self._opened = password, open_container(*self._get_file(), password)
        return self._opened[1]
