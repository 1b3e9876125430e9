"""Changes of many documents: ask for one, watch it, read what came of it for each, stop it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from documents.access import visible_to
from documents.access.abilities import limits_of
from documents.actions.begin_change import begin_change, cancel_change, find_change
from documents.actions.change_many import MOST_DOCUMENTS
from documents.actions.do_once import Answer
from documents.actions.parse_change import CHANGES
from documents.api.fields import StrictSerializer
from documents.api.filters import SelectionFilters, as_list_filters
from documents.api.once import IDEMPOTENCY_KEY, answer_once, respond_once
from documents.api.openapi.describe import describe, page_of
from documents.api.openapi.shapes.changes import ChangeShape, OutcomeShape
from documents.api.pagination import ListParameters, paginate
from documents.api.problems import describe_stored_error
from documents.api.views import ApiView
from documents.api.waiting import PREFER, wait_until_read
from documents.errors import InvalidRequest
from documents.exports import links
from documents.messages import Message
from documents.models import (
    ChangeJob,
    ChangeOutcome,
    ChangeResult,
    ChangeStatus,
    Document,
    TokenScope,
    User,
)
from documents.search.query.selection import select_documents
from documents.text.timestamps import iso_time


class ChangeFilter(SelectionFilters):
    """Those of the list of documents; one at least. `ordering` says in which order they are
    changed, and numbered in titles."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and not set(data) - {"ordering", "trashed"}:
            raise serializers.ValidationError(_("Name what the documents have in common."))
        return super().to_internal_value(data)


class NewChange(StrictSerializer):
    """`ids` of documents, or a `filter` that all of them match now. `parameters`: of `tag` `add`
    and `remove` (lists of names), of `title` a `pattern`, of `language` the `language`, of
    `move` the `team`, of `assign` the `person` (null: whoever comes first), of `postpone` `until`
    (null: now after all) and a `note`, of `reject` and `hold` a `reason`, of `reprocess` `pages`
    ("all", "failed"), `engine`, `engine_version`, `ocr` and `language`."""

    action = serializers.ChoiceField(CHANGES)
    parameters = serializers.DictField(required=False, default=dict)
    ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST_DOCUMENTS
    )
    filter = ChangeFilter(required=False)

    def validate(self, attrs: Any) -> Any:
        if ("ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError({"ids": [_("Send either ids or a filter.")]})
        if "action" in attrs["parameters"]:
            raise serializers.ValidationError({"parameters": [_("The action stands beside it.")]})
        return attrs


class ChangeFilters(ListParameters):
    status = serializers.ListField(
        child=serializers.ChoiceField(ChangeStatus.choices), required=False, max_length=5
    )


class OutcomeFilters(ListParameters):
    result = serializers.ListField(
        child=serializers.ChoiceField(ChangeResult.choices), required=False, max_length=5
    )


class ChangesView(ApiView):
    """Those that the user has asked for in the last days."""

    scopes = {"get": None, "post": None}

    @describe("List changes of many documents", {200: page_of(ChangeShape, "Change")},
              query=ChangeFilters)  # fmt: skip
    def get(self, request: Request) -> Response:
        parameters = ChangeFilters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        jobs = ChangeJob.objects.begun_by(self.user)
        if "status" in parameters.validated_data:
            jobs = jobs.filter(status__in=parameters.validated_data["status"])
        return paginate(
            request,
            jobs,
            change_data,
            parameters=parameters.validated_data,
            ordering="-created_at",
        )

    @describe(
        "Change many documents",
        {202: ChangeShape, 200: ChangeShape},
        body=NewChange,
        headers=(IDEMPOTENCY_KEY, PREFER),
        problems=(409, 422),
    )
    def post(self, request: Request) -> Response:
        """A background worker does to each document what the action alone would do, with your
        rights and the token's at that time. 200: it was over within the `wait` that the client
        preferred. A token needs the scope that the action alone needs, and with a `filter` `read`,
        too."""
        serializer = NewChange(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        change = {"action": given["action"], **given["parameters"]}

        def work() -> Answer:
            ids = given["ids"] if "ids" in given else _select(self.user, given["filter"])
            data = change_data(begin_change(ids, change, actor=self.user))
            return Answer(status.HTTP_202_ACCEPTED, data, data["links"]["self"])

        answer = answer_once(request, self.user, [sorted(given.items())], work)
        unfinished = answer.body["finished_at"] is None
        return wait_until_read(
            request, respond_once(answer), unfinished=unfinished, path=answer.location
        )


class ChangeView(ApiView):
    """For whoever asked for it; with a token that is bound to teams, those asked for with it."""

    scopes = {"get": None}

    @describe("Show a change of many documents", {200: ChangeShape}, headers=(PREFER,))
    def get(self, request: Request, change_id: uuid.UUID) -> Response:
        job = find_change(change_id, actor=self.user)
        return wait_until_read(request, Response(change_data(job)), unfinished=job.is_unfinished)


class OutcomesView(ApiView):
    scopes = {"get": None}

    @describe("List what came of a change for each document",
              {200: page_of(OutcomeShape, "Outcome")}, query=OutcomeFilters)  # fmt: skip
    def get(self, request: Request, change_id: uuid.UUID) -> Response:
        """In the order of the documents; those whose turn has not come are not among them."""
        job = find_change(change_id, actor=self.user)
        parameters = OutcomeFilters(data=request.query_params)
        parameters.is_valid(raise_exception=True)
        outcomes = job.outcomes.all()
        if "result" in parameters.validated_data:
            outcomes = outcomes.filter(result__in=parameters.validated_data["result"])
        answer = paginate(
            request,
            outcomes,
            _outcome_data,
            parameters=parameters.validated_data,
            ordering="number",
        )
        _add_titles(self.user, answer.data["results"])
        return answer


class CancelChangeView(ApiView):
    scopes = {"post": None}

    @describe("Stop a change of many documents", {200: ChangeShape})
    def post(self, request: Request, change_id: uuid.UUID) -> Response:
        """What is done stays; the documents whose turn has not come stay as they are."""
        return Response(change_data(cancel_change(change_id, actor=self.user)))


def change_data(job: ChangeJob) -> dict[str, Any]:
    url = links.change_url(job.id)
    return {
        "id": str(job.id),
        "action": job.change["action"],
        "parameters": {name: value for name, value in job.change.items() if name != "action"},
        "status": job.status,
        "total": job.total,
        "done": job.done,
        "changed": job.changed,
        "unchanged": job.unchanged,
        "refused": job.refused,
        "created_at": iso_time(job.created_at),
        "finished_at": iso_time(job.finished_at),
        "links": {"self": url, "outcomes": f"{url}outcomes/", "cancel": f"{url}cancel/"},
    }


def _select(user: User, filters: Mapping[str, Any]) -> list[uuid.UUID]:
    """Raises InvalidRequest where more match than one change may have."""
    found = select_documents(
        user, as_list_filters(filters), filters["ordering"], most=MOST_DOCUMENTS
    )
    if found.more:
        message = Message(
            "More than {most} documents match. Narrow the filter, and change the others next.",
            most=MOST_DOCUMENTS,
        )
        raise InvalidRequest.for_field("filter", message)
    return found.ids


def _outcome_data(outcome: ChangeOutcome) -> dict[str, Any]:
    refused = outcome.result == ChangeResult.REFUSED
    return {
        "number": outcome.number,
        "document": str(outcome.document_id),
        "title": None,
        "result": outcome.result,
        "problem": describe_stored_error(outcome, outcome.error_of_fields) if refused else None,
    }


def _add_titles(user: User, outcomes: list[dict[str, Any]]) -> None:
    limits = limits_of(user)
    if limits is not None and TokenScope.READ not in limits.scopes:
        return
    ids = [outcome["document"] for outcome in outcomes]
    found: dict[uuid.UUID, Document] = visible_to(user).only("title").in_bulk(ids)
    titles = {str(id_): document.title for id_, document in found.items()}
    for outcome in outcomes:
        outcome["title"] = titles.get(outcome["document"])
