"""What an archive held, on its page; and the archives that a document came in."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlencode

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
            return _("The archive had it already.")
        return ""


@dataclass(frozen=True)
class Contents:
    """`members`: refused ones first. `url`: the list of the documents."""

    members: list[ShownMember]
    summary: str
    url: str
    left_out: int


def is_container(document: Document) -> bool:
    return page_source(document.mime_type) is PageSource.MEMBERS


def contents_of(user: User, container: Document) -> Contents:
    members = list(container.members.all())
    members.sort(key=lambda member: (member.outcome != MemberOutcome.REFUSED, member.number))
    shown = members[:MOST_SHOWN]
    documents = with_row_facts(visible_to(user).filter(id__in=[m.document for m in shown]))
    rows = {document.id: Row(document) for document in documents}
    query = urlencode({"container": str(container.id)})
    return Contents(
        [ShownMember(m, rows.get(m.document) if m.document else None) for m in shown],
        _summarize(Counter(member.outcome for member in members)),
        f"{reverse('web:documents')}?{query}",
        len(members) - len(shown),
    )


def containers_for(user: User, document_id: uuid.UUID) -> list[Document]:
    """The archives that hold the document, of those that `user` may see."""
    return list(visible_to(user).filter(id__in=containers_of(document_id).values("id"))[:10])


def _summarize(outcomes: Counter[str]) -> str:
    given = outcomes[MemberOutcome.CREATED] + outcomes[MemberOutcome.KNOWN]
    refused = outcomes[MemberOutcome.REFUSED]
    text = ngettext("%(count)d document", "%(count)d documents", given) % {"count": given}
    if not refused:
        return text
    other = ngettext("%(count)d file refused", "%(count)d files refused", refused)
    return f"{text}, {other % {'count': refused}}"
