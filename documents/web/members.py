"""What a document held, on its page; and what a document came in."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.access import visible_to
from documents.files.filetypes import PageSource, page_source
from documents.models import Document, Member, MemberOutcome, User
from documents.models.member import containers_of
from documents.web.list_rows import Row, with_row_facts

#: Members that the page shows; a list has the others.
MOST_SHOWN = 200


@dataclass(frozen=True)
class ShownMember:
    """`row`: its document as in a list; None where there is none, or none that may be seen."""

    member: Member
    row: Row | None

    @property
    def reason(self) -> str:
        """Why there is no document; or that it was there before."""
        if self.member.outcome == MemberOutcome.REFUSED:
            return str(self.member.error_text.translated())
        if self.row is None:
            return _("The document has been deleted.")
        if self.member.outcome == MemberOutcome.KNOWN:
            return _("It was here before.")
        return ""


@dataclass(frozen=True)
class Contents:
    """`members`: refused ones first. `url`: the list of the documents, and of what came in them;
    `zip_url`: all of them as a zip with folders."""

    members: list[ShownMember]
    summary: str
    url: str
    zip_url: str
    left_out: int


def is_container(document: Document) -> bool:
    return page_source(document.mime_type) is PageSource.MEMBERS


def contents_of(
    user: User, container: Document, of: models.QuerySet[Member] | None = None
) -> Contents:
    """`of`: these of its members only."""
    members = list(container.members.all() if of is None else of)
    members.sort(key=lambda member: (member.outcome != MemberOutcome.REFUSED, member.number))
    shown = members[:MOST_SHOWN]
    documents = with_row_facts(visible_to(user).filter(id__in=[m.document for m in shown]))
    rows = {document.id: Row(document) for document in documents}
    return Contents(
        [ShownMember(m, rows.get(m.document) if m.document else None) for m in shown],
        _summarize(Counter(member.outcome for member in members)),
        _list_url("together", container.id),
        reverse("api:documents-zip") + "?" + urlencode({"together": str(container.id)}),
        len(members) - len(shown),
    )


def _list_url(name: str, container_id: uuid.UUID) -> str:
    return f"{reverse('web:documents')}?{urlencode({name: str(container_id)})}"


@dataclass(frozen=True)
class Place:
    """Where a document lies in a container: `before` and `after` are its neighbours there."""

    container: Document
    number: int
    count: int
    before: Document | None
    after: Document | None
    url: str


def place_of(user: User, containers: list[Document], document: Document) -> Place | None:
    """Its place in the first of the containers that it came in; None where there is none."""
    if not containers:
        return None
    container = containers[0]
    ids = list(
        dict.fromkeys(container.members.exclude(document=None).values_list("document", flat=True))
    )
    index = ids.index(document.id)
    near = [ids[at] if 0 <= at < len(ids) else None for at in (index - 1, index + 1)]
    seen = {each.id: each for each in visible_to(user).filter(id__in=[n for n in near if n])}
    before, after = (seen.get(each) if each else None for each in near)
    url = _list_url("together", container.id)
    return Place(container, index + 1, len(ids), before, after, url)


def containers_for(user: User, document_id: uuid.UUID) -> list[Document]:
    """The documents that hold this one, of those that `user` may see."""
    return list(visible_to(user).filter(id__in=containers_of(document_id).values("id"))[:10])


def _summarize(outcomes: Counter[str]) -> str:
    given = outcomes[MemberOutcome.CREATED] + outcomes[MemberOutcome.KNOWN]
    refused = outcomes[MemberOutcome.REFUSED]
    text = ngettext("%(count)d document", "%(count)d documents", given) % {"count": given}
    if not refused:
        return text
    other = ngettext("%(count)d file refused", "%(count)d files refused", refused)
    return f"{text}, {other % {'count': refused}}"
