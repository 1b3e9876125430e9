"""A document, and what is told of it elsewhere."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from documents.api.openapi.shapes.values import (
    Confidence,
    Flags,
    Path,
    ProblemShape,
    Time,
    engine_field,
)
from documents.exports.downloads import RESULT_TYPES
from documents.exports.export_kinds import EXPORT_TYPES
from documents.models import PRIORITY_WORDS, FetchStatus, OriginKind, ReviewStatus, Status


class StoredError(serializers.Serializer[Any]):
    """Why reading failed. In English, for every reader."""

    code = serializers.CharField()
    detail = serializers.CharField()
    page = serializers.IntegerField(allow_null=True, min_value=1)


class DocumentLinks(serializers.Serializer[Any]):
    """Paths; null for what does not exist yet."""

    original = Path()
    pages = Path()
    versions = Path()
    thumbnail = Path(allow_null=True)

    def get_fields(self) -> Any:
        results = {
            f"result_{kind.replace('.', '_')}": Path(allow_null=True)
            for kind in (*RESULT_TYPES, *EXPORT_TYPES)
        }
        return {"self": Path(), **super().get_fields(), **results}


class EngineShare(serializers.Serializer[Any]):
    """`version`: the engine's, and what its result depends on besides (language data, models)."""

    engine = engine_field()
    version = serializers.CharField()
    pages = serializers.IntegerField(min_value=1)


class OriginShape(serializers.Serializer[Any]):
    """Whence a document came. `name`: of the token, mailbox or folder that brought it; `detail`:
    which one it was there: a path, a name, a Message-ID, a key of a bucket, an address."""

    kind = serializers.ChoiceField([kind for kind in OriginKind if kind])
    name = serializers.CharField(allow_blank=True)
    detail = serializers.CharField(allow_blank=True)


class MailShape(serializers.Serializer[Any]):
    """The head of a message, its names decoded. `date`: as the sender wrote it, ISO 8601."""

    message_id = serializers.CharField(allow_null=True, help_text="Without brackets.")
    to = serializers.CharField(allow_blank=True)
    cc = serializers.CharField(allow_blank=True)
    subject = serializers.CharField(allow_blank=True)
    date = serializers.CharField(allow_null=True)

    def get_fields(self) -> Any:
        return {"from": serializers.CharField(allow_blank=True), **super().get_fields()}


class LegalHold(serializers.Serializer[Any]):
    """Nothing deletes the document for good until a manager lifts it."""

    since = Time()
    reason = serializers.CharField(allow_blank=True)


class DocumentShape(serializers.Serializer[Any]):
    """One uploaded file with everything known about it."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    filename = serializers.CharField()
    sha256 = serializers.RegexField(r"^[0-9a-f]{64}$")
    size = serializers.IntegerField(min_value=1, help_text="Bytes.")
    mime_type = serializers.CharField()
    page_count = serializers.IntegerField(
        allow_null=True, min_value=0, help_text="null until they are counted; 0 for an archive."
    )
    pages_done = serializers.IntegerField(min_value=0)
    pages_failed = serializers.IntegerField(min_value=0)
    pages_skipped = serializers.IntegerField(
        min_value=0, help_text="Pages that nobody asked for; they are no failure."
    )
    requested_pages = serializers.CharField(
        allow_null=True, help_text='The pages that were asked for, as "1,3-7"; null: all.'
    )
    status = serializers.ChoiceField(Status.choices)
    review_status = serializers.ChoiceField(ReviewStatus.choices)
    error = StoredError(allow_null=True)
    engine = engine_field(help_text="The engine of most pages.")
    engines = EngineShare(many=True, help_text="Those that read its pages, the most pages first.")
    requested_engine = engine_field(help_text="The engine that is to read it; null: any.")
    requested_engine_version = serializers.CharField(
        allow_null=True, help_text="The version that is to read it; null: any."
    )
    priority = serializers.ChoiceField(PRIORITY_WORDS)
    language = serializers.CharField(
        allow_null=True,
        help_text="ISO 639-1: as a person has named it, else of most pages; null: not clear.",
    )
    origin = OriginShape(allow_null=True)
    mail = MailShape(
        allow_null=True, help_text="Of a message, once it is opened; null for other files."
    )
    member_count = serializers.IntegerField(
        min_value=0,
        help_text="Documents that came of the files in it: of an archive, a message, a PDF.",
    )
    team = serializers.UUIDField()
    tags = serializers.ListField(child=serializers.CharField())
    storage = serializers.ChoiceField(("local", "mirrored", "mirror_pending"))
    created_at = Time()
    finished_at = Time(allow_null=True)
    trashed_at = Time(allow_null=True)
    hold = LegalHold(allow_null=True)
    confidence = Confidence()
    flags = Flags()
    version = serializers.IntegerField(min_value=1, help_text="Rises with every change.")
    edition = serializers.IntegerField(
        min_value=1, help_text="Which version of the document this file is, from 1."
    )
    replaces = serializers.UUIDField(allow_null=True, help_text="The version before; null: none.")
    replaced_by = serializers.UUIDField(
        allow_null=True, help_text="The version after; null on the newest, which lists show."
    )
    links = DocumentLinks()


class DocumentSummary(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField()
    team = serializers.UUIDField()
    status = serializers.ChoiceField(Status.choices)
    review_status = serializers.ChoiceField(ReviewStatus.choices)
    mime_type = serializers.CharField()
    created_at = Time()


class Likeness(serializers.Serializer[Any]):
    document = DocumentSummary()
    likeness = serializers.FloatField()


class SimilarDocuments(serializers.Serializer[Any]):
    """`copies`: scans of the same paper; `similar`: about the same subject."""

    copies = Likeness(many=True)
    similar = Likeness(many=True)


class Making(serializers.Serializer[Any]):
    """The file is being made: ask again after `Retry-After`."""

    detail = serializers.CharField()


class FileLinkShape(serializers.Serializer[Any]):
    """`url` opens the file until `expires_at`, for whoever has it."""

    url = Path()
    format = serializers.CharField()
    expires_at = Time()


class UploadedFileShape(serializers.Serializer[Any]):
    """`status`: what the file alone would have been answered; `document` or `problem` says more."""

    filename = serializers.CharField()
    status = serializers.IntegerField()
    document = DocumentShape(allow_null=True)
    problem = ProblemShape(allow_null=True)


class UploadedFiles(serializers.Serializer[Any]):
    """An answer for each file, in their order."""

    results = UploadedFileShape(many=True)


class FetchError(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class FetchLinks(serializers.Serializer[Any]):
    document = Path(allow_null=True)

    def get_fields(self) -> Any:
        return {"self": Path(), **super().get_fields()}


class FetchShape(serializers.Serializer[Any]):
    """A file that is fetched from an address. `document`: its id when it is `done`."""

    id = serializers.UUIDField()
    source_url = serializers.CharField()
    status = serializers.ChoiceField(FetchStatus.choices)
    document = serializers.UUIDField(allow_null=True)
    error = FetchError(allow_null=True)
    created_at = Time()
    links = FetchLinks()


class ResumableShape(serializers.Serializer[Any]):
    """`offset`: bytes that have arrived; `document` once all have."""

    id = serializers.UUIDField()
    offset = serializers.IntegerField(min_value=0)
    length = serializers.IntegerField(min_value=1)
    document = serializers.UUIDField(allow_null=True)
    links = FetchLinks()
