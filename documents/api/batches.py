"""Batches: the objects below a prefix of the bucket, read, with their results written beside."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.actions.begin_batch import (
    batches_visible_to,
    begin_batch,
    cancel_batch,
    find_batch,
)
from documents.actions.do_once import Answer
from documents.api.once import IDEMPOTENCY_KEY, answer_once, respond_once
from documents.api.openapi.describe import FILE, describe, page_of
from documents.api.openapi.shapes.batches import BatchObjectShape, BatchShape
from documents.api.pagination import ListParameters, paginate
from documents.api.serializers import NewDocument
from documents.api.views import ApiView, FileView
from documents.exports import links
from documents.exports.batch_report import (
    count_objects,
    object_data,
    report_key,
    report_lines,
)
from documents.exports.downloads import RESULT_TYPES
from documents.exports.export_kinds import EXPORT_TYPES
from documents.files.allowed_prefixes import PREFIX_LENGTH
from documents.models import Batch, BatchStatus, ObjectStatus, TokenScope
from documents.text.timestamps import iso_time

FORMATS = (*RESULT_TYPES, *EXPORT_TYPES)


class NewBatch(NewDocument):
    """The fields of an upload, for every object; no title and no name: those are the objects'.
    `from` and `to` are the beginnings of keys in the configured bucket."""

    ignored = frozenset()
    filename = title = None  # type: ignore[assignment]

    formats = serializers.ListField(
        child=serializers.ChoiceField(FORMATS), min_length=1, max_length=len(FORMATS)
    )

    def get_fields(self) -> Any:
        names = {name: serializers.CharField(max_length=PREFIX_LENGTH) for name in ("from", "to")}
        return names | super().get_fields()


class BatchFilters(ListParameters):
    status = serializers.ListField(
        child=serializers.ChoiceField(BatchStatus.choices), required=False, max_length=5
    )


class ObjectFilters(ListParameters):
    status = serializers.ListField(
        child=serializers.ChoiceField(ObjectStatus.choices), required=False, max_length=10
    )


class BatchesView(ApiView):
    """Those of the teams that the user manages."""

    scopes = {"get": TokenScope.ADMIN, "post": TokenScope.ADMIN}

    @describe("List batches", {200: page_of(BatchShape, "Batch")}, query=BatchFilters)
    def get(self, request: Request) -> Response:
        parameters = BatchFilters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        batches = batches_visible_to(self.user)
        if "status" in parameters.validated_data:
            batches = batches.filter(status__in=parameters.validated_data["status"])
        return paginate(
            request,
            batches,
            batch_data,
            parameters=parameters.validated_data,
            ordering="-created_at",
        )

    @describe(
        "Read what lies below a prefix of the bucket",
        {202: BatchShape},
        body=NewBatch,
        headers=(IDEMPOTENCY_KEY,),
        problems=(404, 409, 422),
    )
    def post(self, request: Request) -> Response:
        """Each object becomes a document of the team; its results are written below `to`, under
        its own key with the kind at the end. For administrators, and for managers below prefixes
        that are allowed to the team. A token needs `read`, `write` and `admin`."""
        serializer = NewBatch(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = dict(serializer.validated_data)

        def work() -> Answer:
            fields = {n: v for n, v in given.items() if n not in ("from", "to", "team", "formats")}
            batch = begin_batch(
                given["from"],
                given["to"],
                actor=self.user,
                team_id=given["team"],
                formats=given["formats"],
                fields=fields,
            )
            data = batch_data(batch)
            return Answer(status.HTTP_202_ACCEPTED, data, data["links"]["self"])

        return respond_once(answer_once(request, self.user, [sorted(given.items())], work))


class BatchView(ApiView):
    scopes = {"get": TokenScope.ADMIN}

    @describe("Show a batch", {200: BatchShape})
    def get(self, request: Request, batch_id: uuid.UUID) -> Response:
        return Response(batch_data(find_batch(batch_id, actor=self.user)))


class BatchObjectsView(ApiView):
    scopes = {"get": TokenScope.ADMIN}

    @describe("List the objects of a batch", {200: page_of(BatchObjectShape, "BatchObject")},
              query=ObjectFilters)  # fmt: skip
    def get(self, request: Request, batch_id: uuid.UUID) -> Response:
        """The report: what came of each object."""
        batch = find_batch(batch_id, actor=self.user)
        parameters = ObjectFilters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        objects = batch.objects_taken.all()
        if "status" in parameters.validated_data:
            objects = objects.filter(status__in=parameters.validated_data["status"])
        return paginate(
            request, objects, object_data, parameters=parameters.validated_data, ordering="key"
        )


class BatchReportView(FileView):
    scopes = {"get": TokenScope.ADMIN}

    @describe("The report of a batch as CSV", {200: FILE}, types=("text/csv",))
    def get(self, request: Request, batch_id: uuid.UUID) -> HttpResponseBase:
        batch = find_batch(batch_id, actor=self.user)
        name = f"batch-{batch.id}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(
            report_lines(batch), content_type="text/csv; charset=utf-8", headers=headers
        )


class CancelBatchView(ApiView):
    scopes = {"post": TokenScope.ADMIN}

    @describe("Stop a batch", {200: BatchShape})
    def post(self, request: Request, batch_id: uuid.UUID) -> Response:
        """No more objects are taken, and no more results written; documents that were made stay."""
        return Response(batch_data(cancel_batch(batch_id, actor=self.user)))


def batch_data(batch: Batch) -> dict[str, Any]:
    url = links.batch_url(batch.id)
    return {
        "id": str(batch.id),
        "from": batch.source,
        "to": batch.target,
        "team": str(batch.team_id),
        "formats": batch.formats,
        "fields": batch.fields,
        "status": batch.status,
        "counts": count_objects(batch),
        "error": (
            {"code": batch.error_code, "detail": batch.error_detail} if batch.error_code else None
        ),
        "report": report_key(batch, "json") if batch.reported else None,
        "created_at": iso_time(batch.created_at),
        "finished_at": iso_time(batch.finished_at),
        "links": {
            "self": url,
            "objects": f"{url}objects/",
            "report": f"{url}report.csv",
            "cancel": f"{url}cancel/",
        },
    }
