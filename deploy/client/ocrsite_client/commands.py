"""What each command does; every function returns the exit status."""

from __future__ import annotations

import argparse
import getpass
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from ocrsite_client import settings
from ocrsite_client.client import Client, Document
from ocrsite_client.errors import ApiError, NotReadable, TimedOut
from ocrsite_client.migrate import Report, migrate
from ocrsite_client.paperless import Paperless
from ocrsite_client.progress import Line
from ocrsite_client.watch import finished_files

DONE, SOME_FAILED = 0, 1

_MARKS = re.compile(r"</?mark>")


def log_in(client: Client, args: argparse.Namespace) -> int:
    password = sys.stdin.readline().rstrip("\n") if args.password_stdin else getpass.getpass()
    token = client.log_in(args.user, password)
    path = settings.keep(settings.Settings(args.site.url, token))
    _say(args, {"kept_in": str(path)}, f"Logged in; the token is kept in {path}.")
    return DONE


def upload(client: Client, args: argparse.Namespace) -> int:
    failed = False
    waiting: list[Document] = []
    for path in _list_files(args.files):
        document = _upload_one(client, args, path)
        failed = failed or document is None
        if document is not None:
            waiting.append(document)
            if not args.wait:
                _say_document(args, document)
    if args.wait:
        for document in waiting:
            failed = not _wait_for(client, args, document) or failed
    return SOME_FAILED if failed else DONE


def _list_files(paths: list[Path]) -> Iterator[Path]:
    """Files as they are named; of a folder, all below it."""
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.rglob("*") if each.is_file())
        else:
            yield path


def _upload_one(client: Client, args: argparse.Namespace, path: Path) -> Document | None:
    line = Line(path.name, quiet=args.json)
    try:
        return client.upload(
            path, title=args.title or "", tags=args.tag, language=args.language or "",
            team=args.team or "", ocr=args.ocr or "", engine=args.engine or "",
            engine_version=args.engine_version or "", pages=args.pages or "",
            priority=args.priority or "", progress=line.bytes,
        )  # fmt: skip
    except (OSError, ApiError) as error:
        if isinstance(error, ApiError) and error.status in (401, 403):
            raise
        line.end()
        reason = getattr(error, "strerror", None) or str(error)
        _say(args, {"file": str(path), "error": reason}, f"{path}: {reason}", wrong=True)
        return None
    finally:
        line.end()


def _wait_for(client: Client, args: argparse.Namespace, document: Document) -> bool:
    line = Line(document["filename"], quiet=args.json)
    try:
        document = client.wait(document["id"], timeout=args.timeout, progress=line.pages)
    except NotReadable as error:
        line.end()
        _say(args, dict(error.document), f"{document['id']}  failed  {error}", wrong=True)
        return False
    except TimedOut as error:
        line.end()
        _say(args, document, str(error), wrong=True)
        return False
    finally:
        line.end()
    _say_document(args, document)
    return bool(document["status"] == "ready")


def status(client: Client, args: argparse.Namespace) -> int:
    if args.ids:
        documents = [client.document(each) for each in args.ids]
    else:
        documents = list(islice(client.documents(**_filters(args.filter)), args.limit))
    for document in documents:
        _say_document(args, document)
    failed = any(document["status"] in ("failed", "partial") for document in documents)
    return SOME_FAILED if args.ids and failed else DONE


def search(client: Client, args: argparse.Namespace) -> int:
    found = client.search(args.query, **_filters(args.filter))
    for hit in islice(found, args.limit):
        page = f"p. {hit['page']}" if hit["page"] else "title"
        snippet = " ".join(_MARKS.sub("", hit.get("snippet") or "").split())
        _say(
            args, hit, f"{hit['document']['id']}  {hit['document']['title']}  {page}\n    {snippet}"
        )
    return DONE


def download(client: Client, args: argparse.Namespace) -> int:
    for document_id in args.ids:
        for kind in args.format or ["original"]:
            target = args.output
            if target is None or len(args.ids) > 1 or len(args.format or ()) > 1 or target.is_dir():
                folder = target or Path()
                folder.mkdir(parents=True, exist_ok=True)
                target = folder / _name(client.document(document_id), kind)
            line = Line(target.name, quiet=args.json)
            try:
                client.download(
                    document_id, kind, target, pages=args.pages or "", progress=line.bytes
                )
            finally:
                line.end()
            _say(args, {"id": document_id, "format": kind, "file": str(target)}, str(target))
    return DONE


def _name(document: Document, kind: str) -> str:
    # A name from the server may not lead out of the folder.
    name = Path(document["filename"].replace("\\", "/")).name or document["id"]
    return name if kind == "original" else f"{Path(name).stem}.{kind}"


def export(client: Client, args: argparse.Namespace) -> int:
    line = Line(args.output.name, quiet=args.json)
    try:
        client.download_zip(
            args.format or ["original"], args.output, filters=_filters(args.filter),
            progress=line.bytes,
        )  # fmt: skip
    finally:
        line.end()
    _say(args, {"file": str(args.output)}, str(args.output))
    return DONE


def watch(client: Client, args: argparse.Namespace) -> int:
    failed = False
    for path in finished_files(args.folder, every=args.every, once=args.once):
        document = _upload_one(client, args, path)
        if document is None:
            failed = True
            _put_aside(path, args.failed)
            continue
        _say_document(args, document)
        _put_aside(path, args.done)
    return SOME_FAILED if failed else DONE


def migrate_paperless(client: Client, args: argparse.Namespace) -> int:
    """Its last line counts what became of the documents."""
    source = Paperless(args.source, args.paperless_token, patience=args.patience)
    counts: Counter[str] = Counter()
    unkept: Counter[str] = Counter()
    try:
        whole = source.count()
        line = Line("paperless-ngx", quiet=args.json)
        for entry in migrate(
            source, client, Report(args.report), dates=args.dates, tags=args.tag,
            team=args.team or "", dry_run=args.dry_run,
        ):  # fmt: skip
            outcome, its = entry["outcome"], entry["paperless"]
            counts[outcome] += 1
            unkept.update(its["unkept"].keys())
            if outcome == "failed":
                line.end()
                _say(args, entry, f"{its['id']} {its['filename']}: {entry['error']}", wrong=True)
            elif args.json:
                _say(args, entry, "")
            elif args.dry_run and outcome == "planned":
                _say(args, entry, f"{its['id']}  {its['title']}  [{', '.join(entry['tags'])}]")
            line.show(sum(counts.values()), whole, "documents")
        line.end()
    finally:
        source.close()
    words = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    lost = ", ".join(f"{name} of {count}" for name, count in sorted(unkept.items()))
    text = (words or "nothing to bring") + (f"; only in the report: {lost}" if lost else "")
    _say(args, {"counts": dict(counts), "only_in_report": dict(unkept)}, text)
    return SOME_FAILED if counts["failed"] else DONE


def _put_aside(path: Path, folder: Path | None) -> None:
    """Move the file to `folder`, under a name that is free there."""
    if folder is None:
        return
    folder.mkdir(parents=True, exist_ok=True)
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem} ({number}){path.suffix}"
    path.rename(target)


def _filters(given: list[str]) -> dict[str, list[str]]:
    """`name=value`, as the API names them; a name may be repeated."""
    found: dict[str, list[str]] = {}
    for each in given:
        name, separator, value = each.partition("=")
        if not separator:
            raise ValueError(f"--filter takes name=value, not {each}")
        found.setdefault(name, []).append(value)
    return found


def _say_document(args: argparse.Namespace, document: Document) -> None:
    pages = document["page_count"] and document["page_count"] - document.get("pages_skipped", 0)
    read = f"{document['pages_done']}/{pages}" if pages else "-"
    _say(
        args, document, f"{document['id']}  {document['status']:<10} {read:>7}  {document['title']}"
    )


def _say(args: argparse.Namespace, data: dict[str, Any], text: str, *, wrong: bool = False) -> None:
    if args.json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    else:
        (sys.stderr if wrong else sys.stdout).write(f"{text}\n")
