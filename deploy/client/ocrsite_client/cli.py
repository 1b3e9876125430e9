"""`ocrsite-cli`: the archive from a terminal or a script."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ocrsite_client import commands, settings
from ocrsite_client.client import FORMATS, Client
from ocrsite_client.errors import ApiError, ConnectionFailed, OcrsiteError
from ocrsite_client.migrate import DATES

REFUSED, NOT_ALLOWED, NOT_FOUND, UNREACHABLE, INTERRUPTED = 2, 3, 4, 5, 130

_BY_STATUS = {401: NOT_ALLOWED, 403: NOT_ALLOWED, 404: NOT_FOUND}


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: see README.md."""
    args = _build_parser().parse_args(argv)
    args.site = settings.load(args.url, args.token)
    try:
        with Client(args.site.url, args.site.token, patience=args.patience) as client:
            code: int = args.run(client, args)
            return code
    except KeyboardInterrupt:
        return INTERRUPTED
    except ApiError as error:
        busy = error.status in (429, 502, 503, 504)
        code = UNREACHABLE if busy else _BY_STATUS.get(error.status, REFUSED)
        return _fail(args, error, code, code=error.code, fields=dict(error.errors))
    except ConnectionFailed as error:
        return _fail(args, error, UNREACHABLE)
    except OcrsiteError as error:
        return _fail(args, error, commands.SOME_FAILED)
    except (OSError, ValueError) as error:
        return _fail(args, error, REFUSED)


def _fail(args: argparse.Namespace, error: Exception, status: int, **facts: object) -> int:
    if args.json:
        sys.stdout.write(json.dumps({"error": str(error), **facts}, ensure_ascii=False) + "\n")
    else:
        sys.stderr.write(f"ocrsite-cli: {error}\n")
    return status


def _build_parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--url", help="the site; default: OCRSITE_URL, or what login kept")
    common.add_argument("--token", help="default: OCRSITE_TOKEN, or what login kept")
    common.add_argument("--json", action="store_true", help="one JSON object a line")
    common.add_argument(
        "--patience", type=float, default=120.0, metavar="SECONDS",
        help="how long a busy or unreachable server is asked again (120)",
    )  # fmt: skip
    parser = argparse.ArgumentParser(prog="ocrsite-cli", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: object, about: str) -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, help=about, description=about, parents=[common])
        verb.set_defaults(run=run)
        return verb

    login = add("login", commands.log_in, "ask for a token and keep it for this user")
    login.add_argument("--user", required=True)
    login.add_argument("--password-stdin", action="store_true", help="not asked at the terminal")

    upload = add("upload", commands.upload, "send files, or all files below folders")
    upload.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _add_upload_options(upload)
    upload.add_argument("--title")
    upload.add_argument("--wait", action="store_true", help="until they have been read")
    upload.add_argument("--timeout", type=float, default=3600.0, metavar="SECONDS")

    status = add("status", commands.status, "show documents: those named, or the newest")
    status.add_argument("ids", nargs="*", metavar="ID")
    _add_selection(status)

    search = add("search", commands.search, "find pages by their text")
    search.add_argument("query")
    _add_selection(search)

    download = add("download", commands.download, "save files of documents")
    download.add_argument("ids", nargs="+", metavar="ID")
    download.add_argument("--format", action="append", choices=FORMATS, help="may be repeated")
    download.add_argument("--output", "-o", type=Path, help="a file, or a folder for several")
    download.add_argument("--pages", help='"1,3-7"; of results')

    watch = add("watch", commands.watch, "upload what appears in a folder")
    watch.add_argument("folder", type=Path)
    _add_upload_options(watch)
    watch.set_defaults(title=None)
    watch.add_argument("--every", type=float, default=5.0, metavar="SECONDS")
    watch.add_argument("--once", action="store_true", help="end when the folder is done")
    watch.add_argument("--done", type=Path, metavar="FOLDER", help="where sent files are moved")
    watch.add_argument("--failed", type=Path, metavar="FOLDER", help="and those refused")

    export = add("export", commands.export, "save files of all documents that match, as a zip")
    export.add_argument("--output", "-o", type=Path, required=True)
    export.add_argument("--format", action="append", choices=FORMATS, help="may be repeated")
    export.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE")

    paperless = add(
        "migrate-paperless", commands.migrate_paperless, "bring an archive of paperless-ngx here"
    )
    paperless.add_argument("source", metavar="URL", help="of paperless-ngx")
    paperless.add_argument(
        "--paperless-token", default=os.environ.get("PAPERLESS_TOKEN", ""), metavar="TOKEN",
        help="from “My Profile” there; default: PAPERLESS_TOKEN",
    )  # fmt: skip
    paperless.add_argument("--dry-run", action="store_true", help="only say what would be done")
    paperless.add_argument(
        "--report", type=Path, default=Path("paperless-migration.jsonl"), metavar="FILE",
        help="what became of each document; the next run goes on after it",
    )  # fmt: skip
    paperless.add_argument("--dates", choices=tuple(DATES), default="day",
                           help="how exact the tag “dated: …” is (day)")  # fmt: skip
    paperless.add_argument("--tag", action="append", default=[], help="one more; may be repeated")
    paperless.add_argument("--team", help="its id; default: your own")
    return parser


def _add_upload_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--tag", action="append", default=[], help="may be repeated")
    verb.add_argument("--language", help="ISO 639-1")
    verb.add_argument("--team", help="its id; default: your own")
    verb.add_argument("--ocr", choices=("auto", "always", "never"))
    verb.add_argument("--pages", help='read only these: "1,3-7", "5-"')
    verb.add_argument("--priority", choices=("low", "normal", "high"))
    verb.add_argument("--engine", choices=("tesseract", "paddleocr-vl"))
    verb.add_argument("--engine-version", help="whole, or its first words; with --engine")


def _add_selection(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--filter", action="append", default=[], metavar="NAME=VALUE",
                      help="as the API names them: tag=incoming, status=failed")  # fmt: skip
    verb.add_argument("--limit", type=int, default=20)


if __name__ == "__main__":
    sys.exit(main())
