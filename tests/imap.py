"""A mail server for tests: IMAP4rev1 over TLS on loopback, with faults on request.

It knows what `documents.mailbox` says to it, and answers the rest with BAD.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import itertools
import re
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from typing import Any

from imap_tools.imap_utf7 import utf7_decode

from tests.authority import Authority

USER, PASSWORD = "archive@example.com", "a mailbox’s password"


@dataclass
class Stored:
    uid: int
    raw: bytes
    arrived: datetime.date
    flags: set[str] = field(default_factory=set)

    def header(self, name: str) -> str:
        return str(BytesHeaderParser().parsebytes(self.raw).get(name, ""))


@dataclass
class Folder:
    validity: int = 1
    messages: list[Stored] = field(default_factory=list)
    uids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def add(self, raw: bytes, arrived: datetime.date | None = None) -> Stored:
        stored = Stored(next(self.uids), raw, arrived or datetime.date(2026, 11, 27))
        self.messages.append(stored)
        return stored

    def renumber(self) -> None:
        """As after a restore of the server: UIDs mean other messages."""
        self.validity += 1
        self.uids = itertools.count(1)
        for each in reversed(self.messages):
            each.uid = next(self.uids)
        self.messages.sort(key=lambda each: each.uid)


class ImapServer(socketserver.ThreadingTCPServer):
    """`said`: the commands that came. `close_after`: bytes of message bodies after which the
    connection is closed, once for each number. `silent`: nothing is answered after the log-in.
    `refused`: commands that are answered NO. `without`: capabilities that it has not."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, authority: Authority) -> None:
        self.folders = {"INBOX": Folder()}
        self.user, self.password = USER, PASSWORD
        self.said: list[str] = []
        self.close_after: list[int] = []
        self.silent = threading.Event()
        self.refused: set[str] = set()
        self.without: set[str] = set()
        self.size_told: int | None = None
        self.lock = threading.RLock()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(authority.certificate, authority.key)
        super().__init__(("127.0.0.1", 0), _Session)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def inbox(self) -> Folder:
        return self.folders["INBOX"]

    def secure(self, connection: Any) -> ssl.SSLSocket:
        return self._context.wrap_socket(connection, server_side=True)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # clients that leave in mid-sentence are what is tested


@contextlib.contextmanager
def running_imap(authority: Authority) -> Iterator[ImapServer]:
    with ImapServer(authority) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


class _Session(socketserver.BaseRequestHandler):
    server: ImapServer

    def handle(self) -> None:
        with contextlib.suppress(OSError), self.server.secure(self.request) as secure:
            self._secure = secure
            self._file = secure.makefile("rb")
            self._folder: Folder | None = None
            self._known = False
            self._say("* OK ready")
            while line := self._file.readline():
                tag, _, rest = line.decode().strip().partition(" ")
                if not self._answer(tag, rest):
                    return

    def _say(self, text: str) -> None:
        self._secure.sendall(text.encode() + b"\r\n")

    def _answer(self, tag: str, rest: str) -> bool:
        words = rest.split(" ", 1)
        verb, arguments = words[0].upper(), words[1] if len(words) > 1 else ""
        if verb == "UID":
            verb, _, arguments = arguments.partition(" ")
            verb = f"UID {verb.upper()}"
        self.server.said.append("LOGIN" if verb == "LOGIN" else f"{verb} {arguments}".strip())
        if verb in self.server.refused:
            self._say(f"{tag} NO not for you")
            return True
        method = getattr(self, "_do_" + verb.lower().replace(" ", "_"), None)
        if method is None:
            self._say(f"{tag} BAD unknown")
            return True
        if self.server.silent.is_set():
            time.sleep(60)
        with self.server.lock:
            outcome = method(arguments)
        if outcome is None:
            return False
        self._say(f"{tag} {outcome} .")
        return verb != "LOGOUT"

    # --- commands: the end of the answer; None: the connection is closed --------------------------

    def _do_capability(self, _arguments: str) -> str:
        # As many servers do: before the log-in nothing is said of what comes after it.
        known = [word for word in ("MOVE", "UIDPLUS") if word not in self.server.without]
        known = known if self._known else []
        self._say(" ".join(["* CAPABILITY IMAP4rev1 AUTH=PLAIN", *known]))
        return "OK"

    def _do_login(self, arguments: str) -> str:
        found = [word.strip('"') for word in re.findall(r'"(?:[^"\\]|\\.)*"|\S+', arguments)]
        return self._admit(*found)

    def _do_authenticate(self, _arguments: str) -> str:
        self._say("+ ")
        _, user, password = base64.b64decode(self._file.readline()).decode().split("\0")
        return self._admit(user, password)

    def _admit(self, user: str, password: str) -> str:
        self._known = (user, password) == (self.server.user, self.server.password)
        return "OK" if self._known else "NO [AUTHENTICATIONFAILED] no"

    def _do_logout(self, _arguments: str) -> str:
        self._say("* BYE")
        return "OK"

    def _do_select(self, name: str) -> str:
        self._folder = self.server.folders.get(_unquote(name))
        if self._folder is None:
            return "NO no such folder"
        self._say(f"* {len(self._folder.messages)} EXISTS")
        self._say(f"* OK [UIDVALIDITY {self._folder.validity}] valid")
        return "OK [READ-WRITE]"

    def _do_examine(self, name: str) -> str:
        return self._do_select(name).replace("WRITE", "ONLY")

    def _do_create(self, name: str) -> str:
        self.server.folders.setdefault(_unquote(name), Folder())
        return "OK"

    def _do_uid_search(self, wanted: str) -> str:
        assert self._folder is not None
        found = self._folder.messages
        if by_id := re.search(r'HEADER Message-ID "(.*)"', wanted):
            found = [each for each in found if by_id[1] in each.header("Message-ID")]
        if first := re.search(r"UID (\d+):\*", wanted):
            found = [each for each in found if each.uid >= int(first[1])] or found[-1:]
        if since := re.search(r"SINCE (\S+)", wanted):
            day = datetime.datetime.strptime(since[1], "%d-%b-%Y").date()
            found = [each for each in found if each.arrived >= day]
        self._say(" ".join(["* SEARCH", *(str(each.uid) for each in found)]))
        return "OK"

    def _do_uid_fetch(self, arguments: str) -> str | None:
        uid, _, parts = arguments.partition(" ")
        stored = self._find(uid)
        if stored is None:
            return "OK nothing"
        about = [f"UID {stored.uid}"]
        if "RFC822.SIZE" in parts:
            about.append(f"RFC822.SIZE {self.server.size_told or len(stored.raw)}")
        wanted = re.search(r"BODY\.PEEK\[(HEADER)?\]<(\d+)\.(\d+)>", parts)
        assert wanted is not None
        content = stored.raw
        if wanted[1]:
            content = content.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        start, most = int(wanted[2]), int(wanted[3])
        piece = content[start : start + most]
        about.append(f"BODY[{wanted[1] or ''}]<{start}> {{{len(piece)}}}")
        self._secure.sendall(f"* 1 FETCH ({' '.join(about)}\r\n".encode())
        if not wanted[1] and self.server.close_after:
            self._secure.sendall(piece[: self.server.close_after.pop(0)])
            return None
        self._secure.sendall(piece + b")\r\n")
        return "OK"

    def _do_uid_store(self, arguments: str) -> str:
        uid, _, rest = arguments.partition(" ")
        stored = self._find(uid)
        if stored is not None:
            stored.flags |= set(re.findall(r"\\\w+", rest))
        return "OK"

    def _do_uid_copy(self, arguments: str) -> str:
        uid, _, name = arguments.partition(" ")
        target, stored = self.server.folders.get(_unquote(name)), self._find(uid)
        if target is None:
            return "NO [TRYCREATE] no such folder"
        if stored is not None:
            target.add(stored.raw)
        return "OK"

    def _do_uid_move(self, arguments: str) -> str:
        outcome = self._do_uid_copy(arguments)
        if outcome == "OK":
            self._remove(arguments.partition(" ")[0])
        return outcome

    def _do_uid_expunge(self, uid: str) -> str:
        self._remove(uid)
        return "OK"

    def _find(self, uid: str) -> Stored | None:
        assert self._folder is not None
        return next((each for each in self._folder.messages if each.uid == int(uid)), None)

    def _remove(self, uid: str) -> None:
        stored = self._find(uid)
        if stored is not None and self._folder is not None:
            self._folder.messages.remove(stored)


def _unquote(name: str) -> str:
    return utf7_decode(name.strip('"').encode())
