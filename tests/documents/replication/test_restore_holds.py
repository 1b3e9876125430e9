"""A legal hold survives the loss of the database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from documents.actions.hold import hold
from documents.actions.purge import purge
from documents.actions.trash import trash
from documents.errors import OnHold
from documents.files.keys import manifest_key
from documents.models import Document, Role
from documents.replication.restore_all import restore_all
from documents.replication.restore_document import Outcome
from documents.replication.sync import sync_document
from tests.documents.replication.restoring import copied_to, forget_everything
from tests.factories import make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

Make = Callable[..., Document]


def test_a_legal_hold_is_restored(finished_document: Make, tmp_path: Path) -> None:
    document = finished_document()
    manager = make_user("boss", team=document.team, role=Role.MANAGER)
    trash(document.id, actor=manager)
    hold(document.id, actor=manager, reason="Lawsuit")
    sync_document(document.id)
    source = copied_to(tmp_path / "copy")
    forget_everything()

    restore_all(source, with_files=True)

    restored = Document.objects.get()
    assert (restored.is_held, restored.hold_reason, restored.held_by) == (True, "Lawsuit", manager)
    with pytest.raises(OnHold):
        purge(restored.id)


def test_a_manifest_from_before_there_were_holds_is_restored(
    finished_document: Make, tmp_path: Path
) -> None:
    document = finished_document()
    sync_document(document.id)
    source = copied_to(tmp_path / "copy")
    forget_everything()
    path = tmp_path / "copy" / manifest_key(document.id)
    manifest = json.loads(path.read_text())
    del manifest["document"]["held_at"], manifest["document"]["hold_reason"]
    del manifest["people"]["held_by"]
    path.write_text(json.dumps(manifest))

    assert restore_all(source, with_files=True).outcomes == {Outcome.RESTORED: 1}

    assert not Document.objects.get().is_held
