"""Sources, and what each of them brought."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.actions.send_result import RESULT_KINDS
from documents.actions.take_bucket_inbox import AFTERWARDS as BUCKET_AFTERWARDS
from documents.actions.take_mail import AFTERWARDS as MAIL_AFTERWARDS
from documents.api.openapi.shapes.documents import FetchError
from documents.api.openapi.shapes.values import Path, Time
from documents.models import ItemStatus, SourceKind


class SourceLinks(serializers.Serializer[Any]):
    """`documents`: the list of those that it brought."""

    items = Path()
    documents = Path()

    def get_fields(self) -> Any:
        return {"self": Path(), **super().get_fields()}


class SourceCounts(serializers.Serializer[Any]):
    """Since it was made; `waiting` now."""

    taken = serializers.IntegerField(min_value=0)
    refused = serializers.IntegerField(min_value=0)
    failed = serializers.IntegerField(min_value=0)
    waiting = serializers.IntegerField(min_value=0)


class SourceRule(serializers.Serializer[Any]):
    """`team`: its id."""

    sender = serializers.CharField(allow_blank=True)
    subject = serializers.CharField(allow_blank=True)
    folder = serializers.CharField(allow_blank=True)
    team = serializers.UUIDField()
    tags = serializers.ListField(child=serializers.CharField())


class SourceMailbox(serializers.Serializer[Any]):
    """Never the password."""

    host = serializers.CharField()
    port = serializers.IntegerField()
    user = serializers.CharField()
    certificate = serializers.CharField(allow_blank=True, help_text="Of an own authority, PEM.")
    folders = serializers.ListField(child=serializers.CharField())
    since = serializers.CharField(allow_blank=True)
    rules = SourceRule(many=True)
    afterwards = serializers.ChoiceField(MAIL_AFTERWARDS)
    move_to = serializers.CharField(allow_blank=True)


class SourceBucket(serializers.Serializer[Any]):
    prefix = serializers.CharField()
    afterwards = serializers.ChoiceField(BUCKET_AFTERWARDS)
    results = serializers.ListField(child=serializers.ChoiceField(RESULT_KINDS))


class SourceFolder(serializers.Serializer[Any]):
    """`keep`: what was taken in lies in its `done/`; else it is removed."""

    path = serializers.CharField()
    keep = serializers.BooleanField()


class SourceCheck(serializers.Serializer[Any]):
    """What the last test of the connection found. `found`: messages or objects to take."""

    at = Time()
    found = serializers.IntegerField(allow_null=True, min_value=0)
    error = FetchError(allow_null=True)


class SourceShape(serializers.Serializer[Any]):
    """One of `mailbox`, `bucket` and `folder` is not null. `error`: why it can't be used at the
    moment. `checking`: a test of the connection is under way. `team`: null for the folder, whose
    sub-folders name teams."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(SourceKind.values)
    name = serializers.CharField()
    team = serializers.UUIDField(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    active = serializers.BooleanField()
    every_seconds = serializers.IntegerField(min_value=0)
    mailbox = SourceMailbox(allow_null=True)
    bucket = SourceBucket(allow_null=True)
    folder = SourceFolder(allow_null=True)
    running = serializers.BooleanField()
    counts = SourceCounts()
    error = FetchError(allow_null=True)
    last_run_at = Time(allow_null=True)
    last_success_at = Time(allow_null=True)
    next_run_at = Time(allow_null=True)
    checking = serializers.BooleanField()
    check = SourceCheck(allow_null=True)
    created_at = Time()
    links = SourceLinks()


class SourceItemShape(serializers.Serializer[Any]):
    """`place`: its Message-ID, key or path. `duplicate`: the team had the same content, from
    elsewhere. `results`: keys in the bucket."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    place = serializers.CharField(allow_blank=True)
    sender = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField(allow_null=True, help_text="Bytes.")
    status = serializers.ChoiceField(ItemStatus.values)
    document = serializers.UUIDField(allow_null=True)
    duplicate = serializers.BooleanField()
    results = serializers.ListField(child=serializers.CharField())
    error = FetchError(allow_null=True)
    changed_at = Time()


class Retried(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=0)
