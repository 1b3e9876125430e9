"""Take the messages of a mailbox into the archive: each once, as it is, as an .eml file."""

from __future__ import annotations

import datetime
import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from documents.access import SYSTEM
from documents.actions.source_run import Checked, SourceRun
from documents.actions.take_item import ItemFacts, fail_item, note_item, take_item
from documents.actions.upload import Uploaded, upload
from documents.errors import FileTooLarge, MailFolderMissing, MailServerRefused, SourceItemGone
from documents.files.upload_staging import StagedFile, file_too_large, stage
from documents.mailbox import MailAccount, Mailbox, MessageFacts, open_mailbox
from documents.mailbox.rules import Rule, choose_rule
from documents.mailbox.sealed import unseal
from documents.messages import Message
from documents.models import ItemStatus, Origin, OriginKind, Source, SourceItem, SourceMark, Team

#: What becomes of a message that was taken in.
LEAVE, SEEN, MOVE = "leave", "seen", "move"
AFTERWARDS = (LEAVE, SEEN, MOVE)

_NO_NAME = re.compile(r'[\\/:*?"<>|]+')


@dataclass(frozen=True)
class _Place:
    """A folder of the mailbox, open."""

    folder: str
    validity: int


def take_mail(run: SourceRun) -> None:
    """Take what has arrived since the last run, and what is to be tried again.

    Raises LeaseLost, and the SourceError, StorageFull or AddressForbidden for which the rest waits.
    """
    options = run.source.options
    with open_mailbox(read_account(run.source)) as mailbox:
        _take_again(run, mailbox)
        for folder in options["folders"]:
            if run.should_end():
                return
            _take_folder(run, mailbox, _open(run, mailbox, folder))


def check_mailbox(source: Source) -> Checked:
    """Log in and look into each folder; how many messages would be taken. Raises SourceError,
    AddressForbidden."""
    found = 0
    with open_mailbox(read_account(source)) as mailbox:
        for folder in source.options["folders"]:
            validity = mailbox.select(folder, writable=False)
            found += len(_list_new(source, mailbox, _Place(folder, validity)))
    return {"found": found}


def read_account(source: Source) -> MailAccount:
    """Raises PasswordUnreadable."""
    options = source.options
    return MailAccount(
        options["host"],
        options["port"],
        options["user"],
        unseal(source.secret),
        options.get("certificate", ""),
    )


def _open(run: SourceRun, mailbox: Mailbox, folder: str) -> _Place:
    writable = run.source.options["afterwards"] != LEAVE
    return _Place(folder, mailbox.select(folder, writable=writable))


def _list_new(source: Source, mailbox: Mailbox, place: _Place) -> list[int]:
    """After a change of UIDVALIDITY all messages are looked at again, and known by their ids."""
    before = source.cursor.get(place.folder, {})
    first = before["uid"] + 1 if before.get("validity") == place.validity else 1
    since = source.options.get("since")
    return mailbox.list_uids(first, datetime.date.fromisoformat(since) if since else None)


def _take_folder(run: SourceRun, mailbox: Mailbox, place: _Place) -> None:
    for uid in _list_new(run.source, mailbox, place):
        if run.should_end():
            return
        run.keep_alive()
        facts = mailbox.get_facts(uid)
        if facts is not None:
            _take_message(run, mailbox, place, facts)
        # Past this message only when all is done that it needs.
        run.save_cursor(**{place.folder: {"validity": place.validity, "uid": uid}})


def _take_again(run: SourceRun, mailbox: Mailbox) -> None:
    open_folder: _Place | None = None
    for item in run.to_try_again():
        if run.should_end():
            return
        run.keep_alive()
        where = item.locator
        if open_folder is None or open_folder.folder != where["folder"]:
            try:
                open_folder = _open(run, mailbox, where["folder"])
            except MailFolderMissing as error:
                open_folder = None
                fail_item(item, error)
                continue
        facts = _find_again(mailbox, open_folder, where)
        if facts is None:
            fail_item(item, SourceItemGone(Message("The message is not in the mailbox any more.")))
            continue
        _take_found(run, mailbox, item, facts)


def _find_again(mailbox: Mailbox, place: _Place, where: Mapping[str, Any]) -> MessageFacts | None:
    """By its number, while that means the same message; else by its Message-ID."""
    facts = None
    if where["validity"] == place.validity:
        facts = mailbox.get_facts(where["uid"])
    if facts is None and where["message_id"]:
        uid = mailbox.find_uid(where["message_id"])
        facts = mailbox.get_facts(uid) if uid else None
    return facts


def _take_message(run: SourceRun, mailbox: Mailbox, place: _Place, facts: MessageFacts) -> None:
    source, head = run.source, facts.head
    identity, staged = head.identity, None
    if not identity:
        identity, staged = _identify_by_content(run, mailbox, place, facts)
    mark = SourceMark.objects.filter(source=source, identity=identity).first()
    if mark is not None:
        if staged is not None:
            staged.discard()
        if mark.taken:
            # A process that was killed may not have come so far; and a copy is through, too.
            _finish(run, mailbox, facts.uid)
        return
    item = note_item(
        source,
        ItemFacts(
            identity,
            head.subject or head.message_id or f"{place.folder}: {facts.uid}",
            head.message_id or f"{place.folder}: {facts.uid}",
            head.sender,
            facts.size,
            {
                "folder": place.folder,
                "validity": place.validity,
                "uid": facts.uid,
                "message_id": head.message_id,
            },
            _choose_target(source, facts, place.folder),
        ),
    )
    _take_found(run, mailbox, item, facts, staged)


def _identify_by_content(
    run: SourceRun, mailbox: Mailbox, place: _Place, facts: MessageFacts
) -> tuple[str, StagedFile | None]:
    """Without a Message-ID only its content tells a message from others; of one that is too large,
    where it lies. The content, too, where it was read."""
    try:
        if facts.size <= settings.OCRSITE_MAX_UPLOAD_BYTES:
            staged = stage(_read(run, mailbox, facts.uid))
            return hashlib.sha256(b"content " + staged.sha256.encode()).hexdigest(), staged
    except FileTooLarge:  # the server had said otherwise
        pass
    where = f"{place.folder} {place.validity} {facts.uid}"
    return hashlib.sha256(b"place " + where.encode()).hexdigest(), None


def _take_found(
    run: SourceRun,
    mailbox: Mailbox,
    item: SourceItem,
    facts: MessageFacts,
    staged: StagedFile | None = None,
) -> None:
    def take(item: SourceItem) -> Uploaded:
        if facts.size > settings.OCRSITE_MAX_UPLOAD_BYTES:
            raise file_too_large()
        found = staged or stage(_read(run, mailbox, facts.uid))
        return upload(
            SYSTEM,
            found,
            _name_file(facts),
            team_id=uuid.UUID(item.target["team"]),
            title=facts.head.subject,
            tags=item.target["tags"],
            origin=Origin(OriginKind.MAIL, run.source.name, item.place),
        )

    take_item(item, take, still_ours=run.still_ours)
    if item.status == ItemStatus.TAKEN:
        _finish(run, mailbox, facts.uid)


def _finish(run: SourceRun, mailbox: Mailbox, uid: int) -> None:
    """What was refused stays as it is, where people see it."""
    options = run.source.options
    try:
        if options["afterwards"] == SEEN:
            mailbox.mark_seen(uid)
        elif options["afterwards"] == MOVE:
            mailbox.move(uid, options["move_to"])
    except MailServerRefused as error:
        run.complaint = error


def _choose_target(source: Source, facts: MessageFacts, folder: str) -> dict[str, object]:
    rules = [Rule.from_json(data) for data in source.options.get("rules", ())]
    # The team of a rule may have been deleted since.
    teams = set(
        Team.objects.filter(id__in=[rule.team for rule in rules]).values_list("id", flat=True)
    )
    rule = choose_rule((rule for rule in rules if rule.team in teams), facts.head, folder)
    if rule is None:
        return {"team": str(source.team_id), "tags": source.tags}
    return {"team": str(rule.team), "tags": list(rule.tags)}


def _read(run: SourceRun, mailbox: Mailbox, uid: int) -> Iterator[bytes]:
    for piece in mailbox.read(uid):
        run.keep_alive()
        yield piece


def _name_file(facts: MessageFacts) -> str:
    subject = _NO_NAME.sub(" ", facts.head.subject).strip(" .")[:120].strip(" .")
    return f"{subject or 'message'}.eml"
