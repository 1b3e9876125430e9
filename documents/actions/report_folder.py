"""What the watcher of the folder says of it, in its row among the sources."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath

from django.utils import timezone

from documents.actions.take_in import read_path
from documents.actions.take_item import ItemFacts, note_item
from documents.errors import FolderUnusable
from documents.messages import Message, verbatim
from documents.models import ItemStatus, Source, SourceItem, SourceKind
from documents.models.stored_error import error_fields


def note_folder(root: Path, *, keep: bool) -> Source:
    """Its row, made where it is missing. Folders with the same path on several machines, which is
    mostly one share, have one row."""
    source, _created = Source.objects.get_or_create(
        team=None,
        kind=SourceKind.FOLDER,
        name=root.name,
        defaults={"options": {"path": str(root), "keep": keep}},
    )
    options = {"path": str(root), "keep": keep}
    if source.options != options:
        source.options = options
        source.save(update_fields=["options"])
    return source


def report_look(source: Source, problem: str, waiting: int) -> None:
    """`problem`: why the folder can't be looked into, "" where it can; `waiting`: files that are
    not whole yet."""
    now = timezone.now()
    error = None
    if problem:
        error = FolderUnusable(
            Message(
                "The folder can’t be used: {problem}. Let the site’s user read, rename and delete "
                "in it.",
                problem=verbatim(problem),
            )
        )
    changes = {"last_run_at": now, "cursor": {"waiting": waiting}, **error_fields(error)}
    if error is None:
        changes["last_success_at"] = now
    Source.objects.filter(pk=source.pk).update(**changes)


def note_file(source: Source, path: PurePosixPath) -> SourceItem:
    """`path`: relative to the folder. A later file may have the same."""
    team_id, tags = read_path(path)
    return note_item(
        source,
        ItemFacts(
            hashlib.sha256(str(path).encode(errors="surrogateescape")).hexdigest(),
            path.name,
            str(path).encode(errors="replace").decode(),
            target={"team": str(team_id), "tags": tags},
        ),
    )


def files_to_put_back(source: Source) -> list[SourceItem]:
    """Refused files that somebody wants to have tried again."""
    waiting = source.items.filter(status=ItemStatus.WAITING, locator__has_key="refused")
    return list(waiting.order_by("id")[:200])
