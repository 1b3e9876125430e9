"""Tags by name: found in the team, or made; renamed; taken away.

Whoever changes documents and tags in one transaction locks the documents first, then the tags,
each by their ids' order: so no two wait for each other.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sized

from django.db import transaction

from documents.errors import InvalidRequest, NotFound, TagBusy
from documents.events import commit_changes
from documents.messages import Message
from documents.models import Document, Tag, Team
from documents.text.validation import validate_text

MAX_LENGTH = 100
MAX_TAGS = 50

#: How often a change of a tag begins anew because a document got the tag just then.
_TRIES = 5


def tag_name(text: str, *, field: str) -> str:
    """`text` as a tag is called: with single spaces; "" where nothing is left.

    Raises InvalidRequest, naming `field`, for a name that is too long, that can't be kept, or
    that has a comma in it: wherever tags are typed, a comma parts one from the next, so such a
    tag would become two the next time its document is edited.
    """
    name = " ".join(validate_text(text, field=field).split())
    if "," in name:
        message = Message(
            "The tag “{name}” has a comma in its name; commas separate tags.", name=name
        )
        raise InvalidRequest.for_field(field, message)
    if len(name) > MAX_LENGTH:
        message = Message("A tag’s name has at most {most} characters.", most=MAX_LENGTH)
        raise InvalidRequest.for_field(field, message)
    return name


def refuse_too_many(tags: Sized) -> None:
    """Raises InvalidRequest for more tags than a document may have."""
    if len(tags) > MAX_TAGS:
        message = Message("A document has at most {most} tags.", most=MAX_TAGS)
        raise InvalidRequest.for_field("tags", message)


def tags_named(team: Team, names: Iterable[str]) -> list[Tag]:
    """The team's tags of these names, without repetitions. Raises InvalidRequest.

    They stay the team's, and so named, until the transaction ends: it must be in one.
    """
    wanted: dict[str, str] = {}
    for name in names:
        name = tag_name(name, field="tags")
        if name:
            wanted.setdefault(name.casefold(), name)
    refuse_too_many(wanted)
    # Compared here and not in SQL: SQLite folds the case of ASCII only. A team has few tags.
    found = [tag.id for tag in team.tags.all() if tag.name.casefold() in wanted]
    # Once more, locked: one may have been renamed or deleted since.
    lockable = Tag.objects.select_for_update(no_key=True)
    kept = lockable.filter(id__in=found).order_by("id")
    known = {tag.name.casefold(): tag for tag in kept}
    for folded, name in sorted(wanted.items()):
        if folded not in known:
            known[folded] = lockable.get_or_create(team=team, name=name)[0]
    return [known[folded] for folded in wanted]


def name_taken(team_id: uuid.UUID, name: str, *, but: uuid.UUID | None = None) -> bool:
    """Whether the team has a tag of this name, in whatever case, other than the tag `but`."""
    return any(
        tag.name.casefold() == name.casefold() and tag.id != but
        for tag in Tag.objects.filter(team=team_id)
    )


def rename_tag(tag_id: uuid.UUID, name: str) -> Tag:
    """The tag is called `name` on every document that carries it. Raises NotFound,
    InvalidRequest (no name, too long, a comma in it, taken), Conflict (documents get the tag all
    the time)."""
    name = tag_name(name, field="name")

    def rename(tag: Tag) -> None:
        if not name or name_taken(tag.team_id, name, but=tag.id):
            message = (
                Message("The team has another tag named “{name}”.", name=name)
                if name
                else Message("A tag needs a name.")
            )
            raise InvalidRequest.for_field("name", message)
        if name != tag.name:
            tag.name = name
            tag.save(update_fields=["name"])
            _touch_documents(tag)

    return _change(tag_id, rename)


def delete_tag(tag_id: uuid.UUID) -> None:
    """The tag is taken off every document and is gone. Raises NotFound, Conflict (documents get
    the tag all the time)."""

    def delete(tag: Tag) -> None:
        _touch_documents(tag)
        tag.delete()

    _change(tag_id, delete)


def _change(tag_id: uuid.UUID, change: Callable[[Tag], None]) -> Tag:
    """Do it to the tag in a transaction that has locked the tag and all documents carrying it."""
    for _try in range(_TRIES):
        with transaction.atomic():
            carriers = set(_carriers_locked(tag_id))
            tag = Tag.objects.select_for_update().filter(id=tag_id).first()
            if tag is None:
                raise NotFound(Message("There is no tag {tag} here.", tag=tag_id))
            if carriers >= set(tag.documents.values_list("id", flat=True)):
                change(tag)
                return tag
            # One got the tag between the two locks. To lock it now would be out of order: let
            # go of all (also within an outer transaction, where this one is a savepoint).
            transaction.set_rollback(True)
    raise TagBusy(Message("The tag is being added to documents at this moment. Try again."))


def _carriers_locked(tag_id: uuid.UUID) -> Iterable[uuid.UUID]:
    documents = Document.objects.select_for_update(of=("self",)).filter(tags=tag_id)
    return documents.order_by("id").values_list("id", flat=True)


def _touch_documents(tag: Tag) -> None:
    """What a document's tags are called is part of it: each that carries it is a version on."""
    commit_changes(Document.objects.filter(tags=tag))
