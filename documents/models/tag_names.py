"""The names of tags: which are valid, and which tag of a team has a name.

A transaction that changes documents and tags locks the documents first, then the tags, each in the
order of their ids: so no two wait for each other.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sized

from documents.errors import InvalidRequest
from documents.messages import Message
from documents.models.tag import Tag
from documents.models.team import Team
from documents.text.validation import validate_text

MAX_TAG_LENGTH = 100
MAX_TAGS = 50


def normalize_tag_name(text: str, *, field: str) -> str:
    """`text` with single spaces; "" where nothing is left.

    Raises InvalidRequest, naming `field`, for a name that is too long, that can't be stored, or
    that has a comma in it: wherever tags are typed, a comma separates them, so such a tag would
    become two the next time its document is edited.
    """
    name = " ".join(validate_text(text, field=field).split())
    if "," in name:
        message = Message(
            "The tag “{name}” has a comma in its name; commas separate tags.", name=name
        )
        raise InvalidRequest.for_field(field, message)
    if len(name) > MAX_TAG_LENGTH:
        message = Message("A tag’s name has at most {most} characters.", most=MAX_TAG_LENGTH)
        raise InvalidRequest.for_field(field, message)
    return name


def refuse_too_many_tags(tags: Sized) -> None:
    """Raises InvalidRequest for more tags than a document may have."""
    if len(tags) > MAX_TAGS:
        message = Message("A document has at most {most} tags.", most=MAX_TAGS)
        raise InvalidRequest.for_field("tags", message)


def get_or_create_tags(team: Team, names: Iterable[str]) -> list[Tag]:
    """The team's tags of these names, without repetitions, created where missing.

    Call it in a transaction: until that ends no tag among them can be renamed or deleted.
    Raises InvalidRequest.
    """
    wanted: dict[str, str] = {}
    for name in names:
        name = normalize_tag_name(name, field="tags")
        if name:
            wanted.setdefault(name.casefold(), name)
    refuse_too_many_tags(wanted)
    # Compared here and not in SQL: SQLite folds the case of ASCII only. A team has few tags.
    found = [tag.id for tag in team.tags.all() if tag.name.casefold() in wanted]
    # Again, locked: one may have been renamed or deleted since.
    lockable = Tag.objects.select_for_update(no_key=True)
    kept = lockable.filter(id__in=found).order_by("id")
    known = {tag.name.casefold(): tag for tag in kept}
    for folded, name in sorted(wanted.items()):
        if folded not in known:
            known[folded] = lockable.get_or_create(team=team, name=name)[0]
    return [known[folded] for folded in wanted]


def is_tag_name_taken(team_id: uuid.UUID, name: str, *, but: uuid.UUID | None = None) -> bool:
    """Whether the team has a tag of this name, in whatever case, other than the tag `but`."""
    return any(
        tag.name.casefold() == name.casefold() and tag.id != but
        for tag in Tag.objects.filter(team=team_id)
    )
