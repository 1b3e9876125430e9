"""The doubts of pages, as rows: to count them, and to find the same one in many documents."""

from __future__ import annotations

from django.db import models

from documents.models.page import Page

#: Characters; longer ones are counted with their page and not found by their words.
LONGEST_TOKEN = 80


class PageDoubt(models.Model):
    """A doubt about a word or two, open on its page. Derived from the page's text and its answers
    (`documents.review.doubts`); written whenever one of these changes.

    `other`: the second reading, None where there is none.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="doubts")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=12)
    text = models.CharField(max_length=LONGEST_TOKEN)
    other = models.CharField(max_length=LONGEST_TOKEN, null=True)  # noqa: DJ001 (none, or empty)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("page", "key"), name="one_row_per_doubt"),)
        indexes = (models.Index(fields=("text",), name="doubt_about_words"),)

    def __str__(self) -> str:
        return self.text
