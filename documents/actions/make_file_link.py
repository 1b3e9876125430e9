"""Make a link that opens a file of a document for a while, for whoever has it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

import structlog
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.access.abilities import limits_of
from documents.actions.request_export import request_export
from documents.audit.record import record_link
from documents.errors import InvalidRequest
from documents.exports import links
from documents.exports.downloads import RESULT_TYPES, refuse_without_results
from documents.exports.export_kinds import EXPORT_TYPES
from documents.exports.options import parse_options
from documents.messages import Message
from documents.models import User
from documents.sign_in.file_links import (
    LONGEST_VALIDITY,
    USUAL_VALIDITY,
    LinkedFile,
    sign_link,
)

ORIGINAL = "original"
#: The original, and what stands after `result.` in the address of a file made of a document.
LINKED_KINDS = (ORIGINAL, *RESULT_TYPES, *EXPORT_TYPES)

_NOTHING: Mapping[str, str] = {}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class FileLink:
    """`path`: join it with the address of the site."""

    path: str
    expires_at: datetime.datetime


def make_file_link(
    document_id: uuid.UUID,
    kind: str,
    *,
    actor: User,
    validity: datetime.timedelta = USUAL_VALIDITY,
    wanted: Mapping[str, str] = _NOTHING,
) -> FileLink:
    """A link for the file of this kind (LINKED_KINDS), which is made meanwhile where it has to be.

    `wanted`: `pages`, `fields` or `conformance` of a result. The link never opens for longer than
    the token with which the actor came. Raises NotFound, NotAllowed, InvalidRequest; NotYet,
    NothingRead where there is no such file yet; the error with which it could not be made.
    """
    document = access.require(actor, Ability.SEE, document_id)
    if kind not in LINKED_KINDS:
        raise _refuse("format", ", ".join(LINKED_KINDS))
    if not datetime.timedelta(0) < validity <= LONGEST_VALIDITY:
        raise _refuse("expires_in", f"1-{int(LONGEST_VALIDITY.total_seconds())}")
    query = {name: value for name, value in wanted.items() if value}
    if kind == ORIGINAL:
        query, path = {}, links.original_url(document.id)
    else:
        refuse_without_results(document)
        options = parse_options(kind, query, document.page_count)
        path = links.result_url(document.id, kind)
        if kind in EXPORT_TYPES or options.variant:
            request_export(document.id, kind, options, actor=actor)
    expires_at = timezone.now().replace(microsecond=0) + validity
    limits = limits_of(actor)
    if limits is not None:
        expires_at = min(expires_at, limits.expires_at.replace(microsecond=0))
    token_id = limits.token_id if limits is not None else None
    signed = sign_link(LinkedFile(document.id, kind, query), actor, token_id, expires_at)
    record_link(document, actor, kind, expires_at)
    log.info("file_link_made", document_id=str(document.id), kind=kind, user_id=actor.pk)
    return FileLink(f"{path}?{urlencode({**query, **signed})}", expires_at)


def _refuse(field: str, choices: str) -> InvalidRequest:
    message = Message("{field} is one of {choices}.", field=field, choices=choices)
    return InvalidRequest.for_field(field, message)
