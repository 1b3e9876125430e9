"""What a request says of a source, and of the items that it brought."""

from __future__ import annotations

from rest_framework import serializers

from documents.actions.manage_source import FEWEST_SECONDS, MOST_SECONDS, PASSWORD_LENGTH
from documents.actions.send_result import RESULT_KINDS
from documents.actions.source_options import (
    CERTIFICATE_LENGTH,
    FOLDER_LENGTH,
    HOST_LENGTH,
    MOST_FOLDERS,
    MOST_RULES,
    RULE_LENGTH,
    USER_LENGTH,
)
from documents.actions.take_bucket_inbox import AFTERWARDS as BUCKET_AFTERWARDS
from documents.actions.take_mail import AFTERWARDS as MAIL_AFTERWARDS
from documents.api.fields import StrictSerializer, TagsField
from documents.api.pagination import ListParameters
from documents.files.allowed_prefixes import PREFIX_LENGTH
from documents.models import ItemStatus
from documents.models.origin import NAME_LENGTH


class RuleFields(StrictSerializer):
    """The first rule that a message fits names its team and tags. Each is a part of the text, with
    `*` for anything between; what is not given fits everything."""

    sender = serializers.CharField(max_length=RULE_LENGTH, allow_blank=True, required=False)
    subject = serializers.CharField(max_length=RULE_LENGTH, allow_blank=True, required=False)
    folder = serializers.CharField(max_length=FOLDER_LENGTH, allow_blank=True, required=False)
    team = serializers.UUIDField()
    tags = TagsField(default=list)


class MailboxFields(StrictSerializer):
    """`password` is kept encrypted and never shown. `since`: older messages are left alone."""

    host = serializers.CharField(max_length=HOST_LENGTH, required=False)
    port = serializers.IntegerField(min_value=1, max_value=65535, required=False)
    user = serializers.CharField(max_length=USER_LENGTH, required=False)
    password = serializers.CharField(
        max_length=PASSWORD_LENGTH, required=False, trim_whitespace=False
    )
    certificate = serializers.CharField(
        max_length=CERTIFICATE_LENGTH, allow_blank=True, required=False
    )
    folders = serializers.ListField(
        child=serializers.CharField(max_length=FOLDER_LENGTH),
        min_length=1,
        max_length=MOST_FOLDERS,
        required=False,
    )
    since = serializers.DateField(required=False, allow_null=True)
    rules = serializers.ListField(child=RuleFields(), max_length=MOST_RULES, required=False)
    afterwards = serializers.ChoiceField(MAIL_AFTERWARDS, required=False)
    move_to = serializers.CharField(max_length=FOLDER_LENGTH, allow_blank=True, required=False)


class BucketFields(StrictSerializer):
    """`results`: kinds that are written beside each object, as `KEY.result.KIND`."""

    prefix = serializers.CharField(max_length=PREFIX_LENGTH, required=False)
    afterwards = serializers.ChoiceField(BUCKET_AFTERWARDS, required=False)
    results = serializers.ListField(
        child=serializers.ChoiceField(RESULT_KINDS), max_length=len(RESULT_KINDS), required=False
    )


class SourceChange(StrictSerializer):
    """`active`: false to pause it. A password has to come along where host, port, user or
    certificate change."""

    name = serializers.CharField(max_length=NAME_LENGTH, required=False)
    tags = TagsField(required=False)
    every_seconds = serializers.IntegerField(
        min_value=FEWEST_SECONDS, max_value=MOST_SECONDS, required=False
    )
    active = serializers.BooleanField(required=False)
    mailbox = MailboxFields(required=False)
    bucket = BucketFields(required=False)


class NewSource(SourceChange):
    """With one of `mailbox` and `bucket`."""

    name = serializers.CharField(max_length=NAME_LENGTH)
    team = serializers.UUIDField()


class ItemFilters(ListParameters):
    status = serializers.ListField(
        child=serializers.ChoiceField(ItemStatus.values), required=False, max_length=4
    )


class Retry(StrictSerializer):
    """`ids`: which items; without it all that were refused or failed."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        required=False,
        min_length=1,
        max_length=1000,
    )
