"""Sources: mailboxes, prefixes of the bucket and the watched folder, and what each brought."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import require_scope
from documents.actions.manage_source import (
    change_source,
    delete_source,
    make_source,
    require_source,
    retry_items,
    run_now,
    sources_visible_to,
    test_source,
)
from documents.actions.source_options import (
    DEFAULTS,
)
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.sources import Retried, SourceItemShape, SourceShape
from documents.api.pagination import ListParameters, paginate
from documents.api.source_fields import ItemFilters, NewSource, Retry, SourceChange
from documents.api.views import ApiView
from documents.errors import InvalidRequest
from documents.exports import links
from documents.messages import Message
from documents.models import ItemStatus, Source, SourceItem, SourceKind, TokenScope
from documents.models.stored_error import StoredError
from documents.text.timestamps import iso_time


class SourcesView(ApiView):
    """Those of the teams that the user manages; for administrators also the watched folder."""

    scopes = {"get": TokenScope.ADMIN}

    @describe("List sources", {200: page_of(SourceShape, "Source")}, query=ListParameters)
    def get(self, request: Request) -> Response:
        require_scope(self.user, TokenScope.ADMIN)
        parameters = ListParameters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        return paginate(
            request,
            sources_visible_to(self.user),
            source_data,
            parameters=parameters.validated_data,
            ordering="-created_at",
        )

    @describe(
        "Make a source: a mailbox or a prefix of the bucket",
        {201: SourceShape},
        body=NewSource,
        problems=(404,),
    )
    def post(self, request: Request) -> Response:
        """A worker tests its connection at once; `check` says what it found."""
        serializer = NewSource(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        kinds = [kind for kind in ("mailbox", "bucket") if kind in given]
        if len(kinds) != 1:
            message = Message("Give one of mailbox and bucket.")
            raise InvalidRequest.for_field("mailbox", message)
        options, password = _read_options(given[kinds[0]])
        with _fields_of(kinds[0]):
            source = make_source(
                kinds[0],
                actor=self.user,
                team_id=given["team"],
                name=given["name"],
                tags=given.get("tags", ()),
                every_seconds=given.get("every_seconds", 300),
                enabled=given.get("active", True),
                options=options,
                password=password,
            )
        data = source_data(source)
        return Response(data, status.HTTP_201_CREATED, headers={"Location": data["links"]["self"]})


class SourceView(ApiView):
    scopes = {"get": TokenScope.ADMIN}

    @describe("Show a source", {200: SourceShape})
    def get(self, request: Request, source_id: uuid.UUID) -> Response:
        return Response(source_data(require_source(source_id, actor=self.user)))

    @describe("Change or pause a source", {200: SourceShape}, body=SourceChange)
    def patch(self, request: Request, source_id: uuid.UUID) -> Response:
        """What is not given stays."""
        change = SourceChange(data=request.data)
        change.is_valid(raise_exception=True)
        given = change.validated_data
        source = require_source(source_id, actor=self.user)
        for kind in ("mailbox", "bucket"):
            if kind in given and kind != source.kind:
                raise InvalidRequest.for_field(kind, Message("This source is of another kind."))
        options, password = _read_options(given.get(source.kind))
        with _fields_of(source.kind):
            source = change_source(
                source_id,
                actor=self.user,
                name=given.get("name"),
                tags=given.get("tags"),
                every_seconds=given.get("every_seconds"),
                enabled=given.get("active"),
                options=options or None,
                password=password,
            )
        return Response(source_data(source))

    @describe("Delete a source", {204: None}, problems=(400,))
    def delete(self, request: Request, source_id: uuid.UUID) -> Response:
        """Its documents stay."""
        delete_source(source_id, actor=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RunView(ApiView):
    @describe("Ask a source now", {202: SourceShape})
    def post(self, request: Request, source_id: uuid.UUID) -> Response:
        return Response(source_data(run_now(source_id, actor=self.user)), status=202)


class CheckView(ApiView):
    @describe("Test the connection of a source", {202: SourceShape})
    def post(self, request: Request, source_id: uuid.UUID) -> Response:
        """A worker does; `check` says what it found once `checking` is false."""
        return Response(source_data(test_source(source_id, actor=self.user)), status=202)


class ItemsView(ApiView):
    """What it brought, the newest first: the last 2,000 of each status."""

    scopes = {"get": TokenScope.ADMIN}

    @describe("List what a source brought", {200: page_of(SourceItemShape, "SourceItem")},
              query=ItemFilters)  # fmt: skip
    def get(self, request: Request, source_id: uuid.UUID) -> Response:
        source = require_source(source_id, actor=self.user)
        filters = ItemFilters(data=request.query_params)
        filters.is_valid(raise_exception=True)
        items = source.items.all()
        if "status" in filters.validated_data:
            items = items.filter(status__in=filters.validated_data["status"])
        return paginate(
            request, items, item_data, parameters=filters.validated_data, ordering="-changed_at"
        )


class RetryView(ApiView):
    @describe("Try again what was refused or failed", {202: Retried}, body=Retry)
    def post(self, request: Request, source_id: uuid.UUID) -> Response:
        wanted = Retry(data=request.data)
        wanted.is_valid(raise_exception=True)
        ids = wanted.validated_data.get("ids")
        return Response(
            {"count": retry_items(source_id, actor=self.user, item_ids=ids)}, status=202
        )


def source_data(source: Source) -> dict[str, Any]:
    url = links.source_url(source.id)
    query = [("origin", source.origin_kind.value), *(("origin_name", n) for n in source.names)]
    options = {**DEFAULTS.get(source.kind, {}), **source.options}
    return {
        "id": str(source.id),
        "kind": source.kind,
        "name": source.name,
        "team": str(source.team_id) if source.team_id else None,
        "tags": source.tags,
        "active": source.enabled,
        "every_seconds": source.every_seconds,
        **{kind: options if kind == source.kind else None for kind in SourceKind.values},
        "running": source.is_running,
        "counts": {
            "taken": source.taken,
            "refused": source.refused,
            "failed": source.failed,
            "waiting": source.items.filter(status=ItemStatus.WAITING).count(),
        },
        "error": _error_data(source),
        "last_run_at": iso_time(source.last_run_at),
        "last_success_at": iso_time(source.last_success_at),
        "next_run_at": iso_time(source.next_run_at) if source.enabled else None,
        "checking": source.check_wanted,
        "check": _check_data(source.checked),
        "created_at": iso_time(source.created_at),
        "links": {
            "self": url,
            "items": f"{url}items/",
            "documents": f"{links.documents_url()}?{urlencode(query)}",
        },
    }


def item_data(item: SourceItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "name": item.name,
        "place": item.place,
        "sender": item.sender,
        "size": item.size,
        "status": item.status,
        "document": str(item.document_id) if item.document_id else None,
        "duplicate": item.duplicate,
        "results": item.results,
        "error": _error_data(item),
        "changed_at": iso_time(item.changed_at),
    }


def _error_data(row: StoredError) -> dict[str, str] | None:
    if not row.error_code:
        return None
    return {"code": row.error_code, "detail": row.error_text.translated()}


def _check_data(checked: dict[str, Any] | None) -> dict[str, Any] | None:
    if checked is None:
        return None
    error = None
    if checked.get("error_code"):
        error = {"code": checked["error_code"], "detail": checked["error_detail"]}
    return {"at": checked["at"], "found": checked.get("found"), "error": error}


def _read_options(given: Mapping[str, Any] | None) -> tuple[dict[str, Any], str]:
    """As JSON, and the password."""
    options = dict(given or {})
    password = options.pop("password", "")
    if "since" in options:
        options["since"] = options["since"].isoformat() if options["since"] else ""
    if "rules" in options:
        options["rules"] = [{**rule, "team": str(rule["team"])} for rule in options["rules"]]
    return options, password


@contextlib.contextmanager
def _fields_of(kind: str) -> Iterator[None]:
    """Errors name the fields where they stand in the request."""
    try:
        yield
    except InvalidRequest as error:
        inner = {*DEFAULTS[kind], "password"} if kind in DEFAULTS else set()
        error.fields = {
            f"{kind}.{name}" if name.partition(".")[0] in inner else name: texts
            for name, texts in error.fields.items()
        }
        raise
