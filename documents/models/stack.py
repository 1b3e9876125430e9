"""A document that is a stack of sheets: how it is split, what was seen on its pages, its parts."""

from __future__ import annotations

from typing import Any

from django.db import models

from documents.models.document import Document
from documents.text.split import SPLIT_LENGTH, PageLook, Part, Split, parse_split


class Stack(models.Model):
    """`split`: see `documents.text.split`; "" where a person set the cuts. `looks`: of each page
    whether it is blank, and the code that separates; null before it was looked at. `cuts`: the
    parts that are to be: pages and code; null before they are known. `other_teams`: whether its
    sheets may name other teams than its own, of those that its uploader may write to."""

    document = models.OneToOneField(
        Document, on_delete=models.CASCADE, primary_key=True, related_name="stack"
    )
    split = models.CharField(max_length=SPLIT_LENGTH, blank=True)
    looks = models.JSONField(null=True, default=None)
    cuts = models.JSONField(null=True, default=None)
    other_teams = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.document_id}: {self.split}"

    @property
    def way(self) -> Split | None:
        return parse_split(self.split)

    @property
    def page_looks(self) -> list[PageLook]:
        return [PageLook(bool(blank), code) for blank, code in self.looks or ()]

    @property
    def parts(self) -> list[Part]:
        return [Part(tuple(pages), code) for pages, code in self.cuts or ()]

    def set_parts(self, parts: list[Part]) -> None:
        """Set, without saving."""
        self.cuts = [[list(part.pages), part.code] for part in parts]

    def set_looks(self, looks: list[PageLook]) -> None:
        """Set, without saving."""
        self.looks = [[look.blank, look.code] for look in looks]

    def facts(self) -> dict[str, Any]:
        """As a manifest has it."""
        return {
            "split": self.split, "looks": self.looks, "cuts": self.cuts,
            "other_teams": self.other_teams,
        }  # fmt: skip
