"""What a source is told, checked: the server and rules of a mailbox, the prefix of an inbox."""

from __future__ import annotations

import datetime
import re
import ssl
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from documents import access
from documents.access import Ability
from documents.actions.bucket_prefixes import parse_prefix, require_allowed
from documents.actions.send_result import RESULT_KINDS
from documents.actions.take_bucket_inbox import AFTERWARDS as BUCKET_AFTERWARDS
from documents.actions.take_bucket_inbox import KEEP
from documents.actions.take_mail import AFTERWARDS as MAIL_AFTERWARDS
from documents.actions.take_mail import LEAVE, MOVE
from documents.errors import InvalidRequest
from documents.files.allowed_prefixes import overlap
from documents.mailbox.client import make_context
from documents.messages import Message
from documents.models import Source, SourceKind, Team, User
from documents.models.tag_names import normalize_tag_name
from documents.outside.addresses import check_host

MOST_FOLDERS, MOST_RULES = 20, 50
HOST_LENGTH, USER_LENGTH, FOLDER_LENGTH, RULE_LENGTH = 253, 320, 200, 200
CERTIFICATE_LENGTH = 40_000
TLS_PORT = 993

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

DEFAULTS: dict[str, dict[str, Any]] = {
    SourceKind.MAILBOX: {
        "host": "",
        "port": TLS_PORT,
        "user": "",
        "certificate": "",
        "folders": ["INBOX"],
        "since": "",
        "rules": [],
        "afterwards": LEAVE,
        "move_to": "",
    },
    SourceKind.BUCKET: {"prefix": "", "afterwards": KEEP, "results": []},
}


def parse_options(
    kind: str, given: Mapping[str, Any], *, actor: User, team: Team, source: Source | None
) -> dict[str, Any]:
    """`given`: what is to be other than it is in `source`, or than usual (`DEFAULTS`).

    Raises InvalidRequest for a field of `given`, PrefixForbidden, and NotFound or NotAllowed for
    the team of a rule.
    """
    before = source.options if source is not None else {}
    options = {**DEFAULTS[kind], **before}
    unknown = set(given) - set(options)
    if unknown:
        raise InvalidRequest.for_field(min(unknown), Message("There is no such setting."))
    options.update(given)
    if kind == SourceKind.BUCKET:
        return _parse_bucket(options, actor, team, source)
    return _parse_mailbox(options, before, actor)


def _parse_mailbox(
    options: dict[str, Any], before: Mapping[str, Any], actor: User
) -> dict[str, Any]:
    host = _line(options, "host", HOST_LENGTH).lower().rstrip(".")
    if not _HOST.fullmatch(host):
        raise InvalidRequest.for_field(
            "host", Message("Name the host of the mail server, such as imap.example.com.")
        )
    check_host(host, field="host")
    port = options["port"]
    if type(port) is not int or not 0 < port < 65536:
        raise InvalidRequest.for_field("port", Message("This is no port."))
    user = _line(options, "user", USER_LENGTH)
    if not user:
        raise InvalidRequest.for_field("user", Message("Name the user of the mailbox."))
    folders = _folders(options["folders"])
    afterwards = _choice(options, "afterwards", MAIL_AFTERWARDS)
    move_to = _line(options, "move_to", FOLDER_LENGTH)
    if afterwards == MOVE and (not move_to or move_to in folders):
        message = Message("Name another folder than those that are looked through.")
        raise InvalidRequest.for_field("move_to", message)
    return {
        "host": host,
        "port": port,
        "user": user,
        "certificate": _certificate(str(options["certificate"])),
        "folders": folders,
        "since": _date(str(options["since"] or "")),
        "rules": _rules(options["rules"], before.get("rules", ()), actor),
        "afterwards": afterwards,
        "move_to": move_to,
    }


def _parse_bucket(
    options: dict[str, Any], actor: User, team: Team, source: Source | None
) -> dict[str, Any]:
    prefix = parse_prefix(str(options["prefix"]), "prefix")
    if source is None or source.options["prefix"] != prefix:
        require_allowed(actor, team, prefix)
    others = Source.objects.filter(kind=SourceKind.BUCKET)
    if source is not None:
        others = others.exclude(pk=source.pk)
    if any(overlap(prefix, other.options["prefix"]) for other in others):
        message = Message("Another source takes what lies below this prefix.")
        raise InvalidRequest.for_field("prefix", message)
    results = options["results"]
    if not isinstance(results, Sequence) or not set(results) <= set(RESULT_KINDS):
        known = ", ".join(RESULT_KINDS)
        message = Message("{field} is one of {choices}.", field="results", choices=known)
        raise InvalidRequest.for_field("results", message)
    return {
        "prefix": prefix,
        "afterwards": _choice(options, "afterwards", BUCKET_AFTERWARDS),
        "results": [kind for kind in RESULT_KINDS if kind in results],
    }


def _rules(given: Any, before: Sequence[Mapping[str, Any]], actor: User) -> list[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > MOST_RULES:
        message = Message("A mailbox can have at most {most} rules.", most=MOST_RULES)
        raise InvalidRequest.for_field("rules", message)
    known = {rule["team"] for rule in before}
    rules = []
    for number, rule in enumerate(given):
        wanted = {
            name: _line(rule, name, RULE_LENGTH, f"rules.{number}.{name}")
            for name in ("sender", "subject", "folder")
        }
        if not any(wanted.values()):
            message = Message("Say which messages are meant: sender, subject or folder.")
            raise InvalidRequest.for_field(f"rules.{number}", message)
        try:
            team = str(uuid.UUID(str(rule.get("team"))))
        except ValueError:
            message = Message("Name a team.")
            raise InvalidRequest.for_field(f"rules.{number}.team", message) from None
        if team not in known:
            access.require_team(actor, Ability.MANAGE, uuid.UUID(team))
        tags = [normalize_tag_name(tag, field=f"rules.{number}.tags") for tag in rule["tags"]]
        rules.append({**wanted, "team": team, "tags": tags})
    return rules


def _folders(given: Any) -> list[str]:
    folders = list(dict.fromkeys(" ".join(str(each).split()) for each in given or ()))
    folders = [folder for folder in folders if folder]
    if not 0 < len(folders) <= MOST_FOLDERS:
        message = Message("Name from 1 to {most} folders.", most=MOST_FOLDERS)
        raise InvalidRequest.for_field("folders", message)
    for folder in folders:
        _line({"folder": folder}, "folder", FOLDER_LENGTH, "folders")
    return folders


def _line(given: Mapping[str, Any], name: str, most: int, field: str = "") -> str:
    text = str(given.get(name) or "").strip()
    if len(text) > most or _CONTROL.search(text):
        message = Message("This has one line of at most {most} characters.", most=most)
        raise InvalidRequest.for_field(field or name, message)
    return text


def _choice(given: Mapping[str, Any], name: str, choices: Sequence[str]) -> str:
    if given[name] not in choices:
        known = ", ".join(choices)
        message = Message("{field} is one of {choices}.", field=name, choices=known)
        raise InvalidRequest.for_field(name, message)
    return str(given[name])


def _date(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        message = Message("This is no date, such as 2026-11-27.")
        raise InvalidRequest.for_field("since", message) from None


def _certificate(text: str) -> str:
    text = text.strip()
    try:
        if len(text) > CERTIFICATE_LENGTH:
            raise ValueError
        make_context(text)
    except (ssl.SSLError, ValueError):
        message = Message("This is no certificate: text that begins with BEGIN CERTIFICATE.")
        raise InvalidRequest.for_field("certificate", message) from None
    return text
