"""Every action that a person triggers checks itself what that person may do."""

from __future__ import annotations

import inspect
import pkgutil
import uuid
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest

from documents import actions
from documents.actions import manage_source
from documents.actions.accept_reading import accept_reading
from documents.actions.add_member import add_member
from documents.actions.answer_doubt import answer_doubt
from documents.actions.approve_engine import approve_engine
from documents.actions.arrange import arrange, collate
from documents.actions.assign_review import assign_review
from documents.actions.begin_batch import (
    batches_visible_to,
    begin_batch,
    cancel_batch,
    find_batch,
)
from documents.actions.begin_change import begin_change, cancel_change, find_change
from documents.actions.cancel import cancel
from documents.actions.cancel_purge import cancel_purge
from documents.actions.change_many import change_many
from documents.actions.change_password import change_password
from documents.actions.change_role import change_role
from documents.actions.check_page import check_page
from documents.actions.correct import correct
from documents.actions.create_tag import create_tag
from documents.actions.create_team import create_team
from documents.actions.decide import approve, reject
from documents.actions.delete_saved_search import delete_saved_search
from documents.actions.delete_tag import delete_tag
from documents.actions.download_many import download_many
from documents.actions.edit import edit
from documents.actions.end_setup import end_setup
from documents.actions.export_audit import export_audit
from documents.actions.hold import hold, lift_hold
from documents.actions.invite_member import invite_member
from documents.actions.lease_next_review import lease_next_review
from documents.actions.lease_review import lease_review, release_review
from documents.actions.log_out_everywhere import log_out_everywhere
from documents.actions.make_file_link import make_file_link
from documents.actions.make_newest import make_newest
from documents.actions.make_token import make_token
from documents.actions.manage_source import (
    change_source,
    delete_source,
    make_source,
    require_source,
    retry_items,
    run_now,
    sources_visible_to,
)
from documents.actions.manage_webhook import (
    change_webhook,
    delete_webhook,
    make_webhook,
    redeliver,
    require_webhook,
    rotate_secret,
    send_test,
)
from documents.actions.mark_search_seen import mark_search_seen
from documents.actions.move_to_team import move_to_team
from documents.actions.postpone_review import postpone_review
from documents.actions.remove_member import remove_member
from documents.actions.rename_saved_search import rename_saved_search
from documents.actions.rename_tag import rename_tag
from documents.actions.rename_team import rename_team
from documents.actions.renew_invitation import renew_invitation
from documents.actions.replace import replace
from documents.actions.replace_generated_password import replace_generated_password
from documents.actions.reprocess import reprocess
from documents.actions.request_export import request_export
from documents.actions.request_fetch import request_edition_fetch, request_fetch
from documents.actions.resumable_upload import (
    append_piece,
    begin_upload,
    find_upload,
    give_up_upload,
)
from documents.actions.retitle import retitle
from documents.actions.retry_failures import retry_failures
from documents.actions.revoke_token import revoke_token, revoke_token_of
from documents.actions.save_search import save_search
from documents.actions.schedule_purge import schedule_purge
from documents.actions.set_audit_days import set_audit_days
from documents.actions.set_review_rules import set_review_rules
from documents.actions.set_trash_rule import set_trash_rule
from documents.actions.split_stack import cut_stack, join_stack, split_stack
from documents.actions.trash import trash
from documents.actions.undo_answer import undo_answer
from documents.actions.unlock import unlock
from documents.actions.untrash import untrash
from documents.actions.upload import upload
from documents.actions.withdraw_invitation import withdraw_invitation
from documents.audit.find import AuditFilter
from documents.errors import NotAllowed, NotFound
from documents.files.upload_staging import stage
from documents.models import (
    Document,
    Event,
    Membership,
    Role,
    SavedSearch,
    SearchChange,
    Team,
    User,
)
from documents.text.arranged import ArrangedPage, ArrangedPart
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

#: Each takes the document of a team, with a tag, and a person.
ACTIONS: dict[Callable[..., object], Callable[[Document, User], object]] = {
    accept_reading: lambda d, user: accept_reading(d.id, 1, revision=0, actor=user),
    add_member: lambda d, user: add_member(d.team_id, user.username, Role.READER, actor=user),
    arrange: lambda d, user: arrange(
        d.id, [ArrangedPart((ArrangedPage(d.id, 1, 90),))], as_edition=True, actor=user
    ),
    collate: lambda d, user: collate(d.id, d.id, actor=user),
    make_newest: lambda d, user: make_newest(d.id, actor=user),
    cut_stack: lambda d, user: cut_stack(d.id, starts=[1], actor=user),
    join_stack: lambda d, user: join_stack(d.id, actor=user),
    split_stack: lambda d, user: split_stack(d.id, "count:2", actor=user),
    cancel_purge: lambda d, user: cancel_purge(d.team_id, actor=user),
    export_audit: lambda d, user: export_audit(AuditFilter(team=d.team_id), actor=user),
    hold: lambda d, user: hold(d.id, actor=user),
    lift_hold: lambda d, user: lift_hold(d.id, actor=user),
    schedule_purge: lambda d, user: schedule_purge(d.team_id, actor=user),
    set_audit_days: lambda d, user: set_audit_days(d.team_id, 90, actor=user),
    set_trash_rule: lambda d, user: set_trash_rule(d.team_id, 30, actor=user),
    withdraw_invitation: lambda d, user: withdraw_invitation(colleague(d), actor=user),
    change_role: lambda d, user: change_role(colleague(d), Role.MANAGER, actor=user),
    invite_member: lambda d, user: invite_member(d.team_id, "new", Role.READER, actor=user),
    remove_member: lambda d, user: remove_member(colleague(d), actor=user),
    rename_team: lambda d, user: rename_team(d.team_id, "other", actor=user),
    renew_invitation: lambda d, user: renew_invitation(colleague(d), actor=user),
    answer_doubt: lambda d, user: answer_doubt(d.id, 1, "x", "right", actor=user),
    assign_review: lambda d, user: assign_review(d.id, None, actor=user),
    check_page: lambda d, user: check_page(d.id, 1, actor=user),
    lease_review: lambda d, user: lease_review(d.id, actor=user),
    postpone_review: lambda d, user: postpone_review(d.id, until=None, actor=user),
    release_review: lambda d, user: release_review(d.id, actor=user),
    set_review_rules: lambda d, user: set_review_rules(
        d.team_id, flagged=False, below_confidence=None, sample_percent=0, actor=user
    ),
    undo_answer: lambda d, user: undo_answer(d.id, 1, "x", actor=user),
    approve: lambda d, user: approve(d.id, actor=user),
    correct: lambda d, user: correct(d.id, 1, {"b0": "other"}, revision=0, actor=user),
    create_tag: lambda d, user: create_tag(d.team_id, "new", actor=user),
    delete_saved_search: lambda d, user: delete_saved_search(team_search(d), actor=user),
    delete_tag: lambda d, user: delete_tag(d.tags.get().id, actor=user),
    edit: lambda d, user: edit(d.id, actor=user, title="other"),
    move_to_team: lambda d, user: move_to_team(d.id, own_team(user), actor=user),
    reject: lambda d, user: reject(d.id, actor=user),
    rename_tag: lambda d, user: rename_tag(d.tags.get().id, "other", actor=user),
    cancel: lambda d, user: cancel(d.id, actor=user),
    reprocess: lambda d, user: reprocess(d.id, actor=user),
    replace: lambda d, user: replace(d.id, stage([b"%PDF-1.4 y"]), "b.pdf", actor=user),
    retitle: lambda d, user: retitle(d.id, "other", number=1, actor=user),
    save_search: lambda d, user: save_search(
        actor=user, name="all", text="a", filters={}, team_id=d.team_id
    ),
    request_fetch: lambda d, user: request_fetch(
        "https://example.com/a.pdf", actor=user, team_id=d.team_id, fields={}
    ),
    request_edition_fetch: lambda d, user: request_edition_fetch(
        "https://example.com/a.pdf", d.id, actor=user, fields={}
    ),
    untrash: lambda d, user: untrash(d.id, actor=user),
    trash: lambda d, user: trash(d.id, actor=user),
    unlock: lambda d, user: unlock(d.id, actor=user, password="x"),
    upload: lambda d, user: upload(user, stage([b"%PDF-1.4 x"]), "a.pdf", team_id=d.team_id),
}

#: Of people and not of documents: tests/documents/api/test_log_in.py, test_tokens.py,
#: test_people_of_teams.py, test_resumable.py, test_webhooks.py, test_changes.py, test_batches.py;
#: of sources, tests/documents/sources; of engines, tests/ocr_worker/test_compare_engines.py.
OF_PEOPLE: set[Callable[..., object]] = {
    approve_engine,
    change_webhook,
    delete_webhook,
    make_webhook,
    redeliver,
    require_webhook,
    rotate_secret,
    send_test,
    append_piece,
    change_source,
    delete_source,
    make_source,
    require_source,
    retry_items,
    run_now,
    sources_visible_to,
    manage_source.test_source,
    batches_visible_to,
    begin_batch,
    begin_upload,
    cancel_batch,
    cancel_change,
    create_team,
    find_batch,
    find_change,
    find_upload,
    give_up_upload,
    log_out_everywhere,
    make_token,
    change_password,
    end_setup,
    replace_generated_password,
    revoke_token,
    revoke_token_of,
}


#: They apply one of the actions above to each document, and tell a refusal as an outcome.
OF_MANY: set[Callable[..., object]] = {begin_change, change_many}

#: What readers may do, too: tests/documents/api and tests/documents/web ask for each.
OF_READERS: set[Callable[..., object]] = {
    download_many,
    make_file_link,
    mark_search_seen,
    rename_saved_search,
    request_export,
}

#: What actions share, and which are tested with them.
PARTS = {
    "ask_for_pages",
    "sent_by",
    "store_new",
    "get_result_file",
    "make_stack",
    "parse_options",
    "require_allowed",
    "write_results_of",
    "change_tag",
    "do_once",
    "find_reviewer",
    "renew_by_work",
    "store_correction",
}

#: It goes through documents that the person sees: tests/documents/actions/test_review_work.py,
#: tests/documents/admin/test_site_state.py.
OF_MANY |= {lease_next_review, retry_failures}


#: What even a reviewer may not do.
FOR_MANAGERS = {
    export_audit,
    add_member, assign_review, cancel_purge, change_role, hold, invite_member, lift_hold,
    remove_member, rename_team, renew_invitation, schedule_purge, set_audit_days, set_review_rules,
    set_trash_rule,
    withdraw_invitation,
}  # fmt: skip


def colleague(document: Document) -> int:
    """The membership of another reviewer of the document's team."""
    return make_user(team=document.team).memberships.get().pk


def own_team(user: User) -> uuid.UUID:
    """Another team, to which the person may upload."""
    team = make_team()
    Membership.objects.create(team=team, user=user, role=Role.MANAGER)
    return team.id


def team_search(document: Document) -> uuid.UUID:
    """A colleague's search for the team."""
    owner = make_user(team=document.team)
    return SavedSearch.objects.create(owner=owner, team=document.team, name="s", text="a").id


def state(document: Document) -> tuple[Any, ...]:
    document.refresh_from_db()
    tags = list(document.tags.values_list("name", flat=True))
    return (document.version, tags, Document.objects.count(), Event.objects.count(),
            SearchChange.objects.count(), document.team_id,
            Team.objects.get(id=document.team_id).name)  # fmt: skip


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.__name__)
def test_an_action_is_refused_to_an_outsider_and_to_a_reader(
    action: Callable[..., object], media: object
) -> None:
    document = make_document(pages=["text"], tags=["tag"])
    before = state(document)

    with pytest.raises(NotFound):
        ACTIONS[action](document, make_user())
    with pytest.raises(NotAllowed):
        ACTIONS[action](document, make_user(team=document.team, role=Role.READER))

    assert state(document) == before


@pytest.mark.parametrize(
    "action",
    sorted(FOR_MANAGERS, key=str),
    ids=lambda action: action.__name__,
)
def test_a_reviewer_changes_no_members(action: Callable[..., object]) -> None:
    document = make_document(pages=["text"], tags=["tag"])
    before = state(document)

    with pytest.raises(NotAllowed):
        ACTIONS[action](document, make_user(team=document.team))

    assert state(document) == before


def test_every_action_with_an_actor_is_looked_at() -> None:
    with_actor = set()
    for module in pkgutil.iter_modules(actions.__path__):
        name = f"documents.actions.{module.name}"
        for _, function in inspect.getmembers(import_module(name), inspect.isfunction):
            public = not function.__name__.startswith("_") and function.__module__ == name
            if public and "actor" in inspect.signature(function).parameters:
                with_actor.add(function)

    with_actor = {function for function in with_actor if function.__name__ not in PARTS}
    assert with_actor == set(ACTIONS) | OF_PEOPLE | OF_MANY | OF_READERS
