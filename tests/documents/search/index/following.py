"""A follower of the database, and what is found in its index."""

from __future__ import annotations

from pathlib import Path

from tantivy import Query

from documents.search.index.follower import Follower
from documents.search.index.index_reader import IndexReader
from documents.search.index.schema import get_schema


def followed(root: Path) -> Follower:
    """A follower whose index matches the database."""
    follower = Follower(root)
    catch_up(follower)
    return follower


def catch_up(follower: Follower) -> None:
    while follower.step() or follower.is_behind:
        pass


def found(root: Path, stem: str, field: str = "body") -> int:
    return IndexReader(root).open_snapshot().count(Query.term_query(get_schema(), field, stem))
