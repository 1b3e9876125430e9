"""The editions of a document: what people call its versions, each a document of its own.

(`Document.version` counts changes. An edition is another file that took the place of the one
before it: the same order, issued again.)
"""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from documents.errors import Replaced
from documents.messages import Message


class Edition(models.Model):
    """The columns of `Document` about its editions.

    `edition` counts them from 1. `edition_of`: the first one's id, null on the first one itself.
    `replaces`: the id of the one before. A manifest has them. They change only when a person makes
    an older edition the newest again: it gets the next number, and the two beside its old place
    follow each other.
    `replaced_by` follows from `replaces` of another document and stands in no manifest, so that
    whichever copy is restored first, or is lost, what is left fits together.

    Lists and search have only what nothing replaces. They are no foreign keys: a restore may bring
    the newest first.
    """

    edition = models.PositiveIntegerField(_("version"), default=1, editable=False)
    edition_of = models.UUIDField(null=True, default=None, editable=False, db_index=True)
    replaces = models.UUIDField(null=True, default=None, editable=False, db_index=True)
    replaced_by = models.UUIDField(null=True, default=None, editable=False)

    class Meta:
        abstract = True

    @property
    def first_edition(self) -> uuid.UUID:
        """The id of the first edition, which all of them share."""
        return self.edition_of or self.id  # type: ignore[attr-defined]

    @property
    def is_replaced(self) -> bool:
        return self.replaced_by is not None

    def refuse_if_replaced(self) -> None:
        """Raises Replaced: an older edition stays as it is."""
        if self.is_replaced:
            message = Message(
                "This is version {edition} of the document, and a newer one has taken its place: "
                "{newer}. Change that one.",
                edition=self.edition,
                newer=self.replaced_by,
            )
            raise Replaced(message, document=self.id)  # type: ignore[attr-defined]
