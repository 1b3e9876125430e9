"""A file as an upload brings it, who brings it, and the files that are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from documents.files.upload_staging import StagedFile, stage
from documents.models import Team, User
from tests.factories import make_team, make_user

PDF = b"%PDF-1.4 some content"


def staged(content: bytes = PDF) -> StagedFile:
    return stage([content])


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def user(team: Team) -> User:
    return make_user(team=team)
