"""What the database stores. Models know nothing of actions, doors or workers above them."""

from documents.models.archive import ArchiveIdentity, MirroredFile, Tombstone
from documents.models.arrangement import Arrangement, ArrangementStatus, PageOrigin
from documents.models.asked import PRIORITY_WORDS, Priority
from documents.models.audit import AuditEntry, AuditKind
from documents.models.batch import Batch, BatchObject, BatchStatus, ObjectStatus
from documents.models.change_job import (
    ChangeJob,
    ChangeOutcome,
    ChangeResult,
    ChangeSelection,
    ChangeStatus,
)
from documents.models.document import Document
from documents.models.doubt import PageDoubt
from documents.models.engine_comparison import EngineComparison
from documents.models.event import Event
from documents.models.export import Export, ExportStatus
from documents.models.fetch import Fetch, FetchStatus
from documents.models.member import Member, MemberOutcome
from documents.models.once import OnceRequest
from documents.models.origin import Origin, OriginKind
from documents.models.page import Page, PageStatus
from documents.models.reading import PageRevision, Reading
from documents.models.recognition import OcrMode, Status
from documents.models.review import ReviewReason, ReviewRules, ReviewStatus
from documents.models.search import SavedSearch, SavedSearchMatch, SearchChange
from documents.models.search_visit import SavedSearchVisit
from documents.models.sign_in import LogInCounter
from documents.models.source import (
    ItemStatus,
    Source,
    SourceItem,
    SourceKind,
    SourceMark,
)
from documents.models.stack import Stack
from documents.models.tag import Tag
from documents.models.tagging import load_tag_names
from documents.models.task import Task
from documents.models.team import FIRST_TEAM_ID, Membership, Role, Team, User
from documents.models.token import ApiToken, TokenLimits, TokenScope
from documents.models.upload_session import UploadSession
from documents.models.webhook import MessageStatus, Webhook, WebhookEvent, WebhookMessage
from documents.models.worker import WorkerKind, WorkerProcess

__all__ = [
    "FIRST_TEAM_ID",
    "PRIORITY_WORDS",
    "ApiToken",
    "ArchiveIdentity",
    "Arrangement",
    "ArrangementStatus",
    "AuditEntry",
    "AuditKind",
    "Batch",
    "BatchObject",
    "BatchStatus",
    "ChangeJob",
    "ChangeOutcome",
    "ChangeResult",
    "ChangeSelection",
    "ChangeStatus",
    "Document",
    "EngineComparison",
    "Event",
    "Export",
    "ExportStatus",
    "Fetch",
    "FetchStatus",
    "ItemStatus",
    "LogInCounter",
    "Member",
    "MemberOutcome",
    "Membership",
    "MessageStatus",
    "MirroredFile",
    "ObjectStatus",
    "OcrMode",
    "OnceRequest",
    "Origin",
    "OriginKind",
    "Page",
    "PageDoubt",
    "PageOrigin",
    "PageRevision",
    "PageStatus",
    "Priority",
    "Reading",
    "ReviewReason",
    "ReviewRules",
    "ReviewStatus",
    "Role",
    "SavedSearch",
    "SavedSearchMatch",
    "SavedSearchVisit",
    "SearchChange",
    "Source",
    "SourceItem",
    "SourceKind",
    "SourceMark",
    "Stack",
    "Status",
    "Tag",
    "Task",
    "Team",
    "TokenLimits",
    "TokenScope",
    "Tombstone",
    "UploadSession",
    "User",
    "Webhook",
    "WebhookEvent",
    "WebhookMessage",
    "WorkerKind",
    "WorkerProcess",
    "load_tag_names",
]
