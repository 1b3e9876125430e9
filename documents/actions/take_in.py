"""Take a file of the watched folder into the archive."""

from __future__ import annotations

import uuid
from pathlib import PurePosixPath

from documents.access import SYSTEM
from documents.actions.upload import Uploaded, upload
from documents.files.upload_staging import stage
from documents.models import FIRST_TEAM_ID, Origin, OriginKind, Team
from documents.models.tag_names import MAX_TAG_LENGTH, MAX_TAGS
from documents.watched_folder import Claimed

#: A folder whose name begins so says how the stacks in it are split: "split=count-5".
SPLIT = "split="


def take_in(claimed: Claimed) -> Uploaded:
    """Store the claimed file as a document of the team, and with the tags, that its path names
    (see `read_path`). The file stays claimed.

    May run twice: the second time the document of the first is found. Raises what `upload` raises,
    and OSError where the file can't be read.
    """
    team_id, tags = read_path(claimed.path)
    staged = stage(claimed.read())
    origin = Origin(OriginKind.FOLDER, claimed.root.name, str(claimed.path))
    return upload(
        SYSTEM,
        staged,
        claimed.path.name,
        team_id=team_id,
        tags=tags,
        origin=origin,
        split=read_split(claimed.path),
    )


def read_path(path: PurePosixPath) -> tuple[uuid.UUID, list[str]]:
    """The team and the tags that a file's folders name.

    A first folder that is called as a team is stands for the team (upper and lower case are equal);
    every other folder is a tag, but for those of `read_split`. Without a team it is the first team
    of the archive.
    """
    folders = [" ".join(part.replace(",", " ").split()) for part in path.parts[:-1]]
    folders = [name for name in folders if not name.startswith(SPLIT)]
    team_id = FIRST_TEAM_ID
    if folders:
        named = {team.name.casefold(): team.id for team in Team.objects.all()}
        if folders[0].casefold() in named:
            team_id = named[folders.pop(0).casefold()]
    tags = [name[:MAX_TAG_LENGTH].strip() for name in folders if name]
    return team_id, tags[:MAX_TAGS]


def read_split(path: PurePosixPath) -> str:
    """How a file's folders say that it is split, "" where none says it; not checked."""
    found = [part.removeprefix(SPLIT) for part in path.parts[:-1] if part.startswith(SPLIT)]
    return found[-1] if found else ""
