"""The texts of the lists' scripts."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.exports.zip_documents import ORIGINAL, ZIP_KINDS
from documents.text.title_pattern import NAMES
from documents.web.texts import ScriptTexts, plural_forms


def pattern_labels() -> list[tuple[str, str]]:
    """(name in braces, what it stands for), in the order in which they are offered."""
    labels = {
        "filename": _("the file’s name"),
        "title": _("the title now"),
        "date": _("the day of the upload"),
        "year": _("the year of the upload"),
        "month": _("the month of the upload"),
        "day": _("the day of the month"),
        "n": _("a number, counted from 1"),
        "nn": _("a number of two digits"),
        "nnn": _("a number of three digits"),
        "nnnn": _("a number of four digits"),
        "tag": _("the tags"),
        "team": _("the team"),
        "pages": _("how many pages it has"),
        "language": _("the language"),
    }
    return [(name, labels[name]) for name in NAMES]


def download_labels() -> list[tuple[str, str]]:
    labels = {
        ORIGINAL: _("Originals"),
        "pdf": _("Searchable PDFs"),
        "txt": _("Texts"),
        "md": "Markdown",
        "json": _("Data (JSON)"),
    }
    return [
        (kind, labels.get(kind, kind))
        for kind in sorted(ZIP_KINDS, key=[*labels, *ZIP_KINDS].index)
    ]


def list_texts() -> ScriptTexts:
    return {
        "selected": plural_forms(lambda n: ngettext("{count} selected", "{count} selected", n)),
        "select-all": plural_forms(
            lambda n: ngettext(
                "Select the {count} that matches", "Select all {count} that match", n
            )
        ),
        "join-several": _("Choose two documents to join, or more, up to {count}."),
        "select-most": _("Select the first {count} that match"),
        "job-runs": _("Changing documents. It goes on when you leave the page."),
        "job-over": _("Documents changed"),
        "working": _("{done} of {count}"),
        "stopped": _("Stopped. {done} of {count} are done."),
        "connection": _(
            "The connection was lost after {done} of {count}. Go on when it is back: what is done "
            "is not done twice."
        ),
        "done-tag": plural_forms(
            lambda n: ngettext(
                "Tags of {count} document changed.", "Tags of {count} documents changed.", n
            )
        ),
        "done-title": plural_forms(
            lambda n: ngettext(
                "{count} document has a new title.", "{count} documents have new titles.", n
            )
        ),
        "done-move": plural_forms(
            lambda n: ngettext("{count} document moved.", "{count} documents moved.", n)
        ),
        "done-approve": plural_forms(
            lambda n: ngettext("{count} document approved.", "{count} documents approved.", n)
        ),
        "done-reject": plural_forms(
            lambda n: ngettext("{count} document rejected.", "{count} documents rejected.", n)
        ),
        "done-reprocess": plural_forms(
            lambda n: ngettext(
                "{count} document will be read again.", "{count} documents will be read again.", n
            )
        ),
        "done-trash": plural_forms(
            lambda n: ngettext(
                "{count} document is in the trash.", "{count} documents are in the trash.", n
            )
        ),
        "done-untrash": plural_forms(
            lambda n: ngettext(
                "{count} document taken out of the trash.",
                "{count} documents taken out of the trash.",
                n,
            )
        ),
        "idle": plural_forms(
            lambda n: ngettext(
                "Nothing to do for {count} document.", "Nothing to do for {count} documents.", n
            )
        ),
        "refused": plural_forms(
            lambda n: ngettext(
                "Not done to {count} document: {reason}",
                "Not done to {count} documents: {reason}",
                n,
            )
        ),
        "preview-more": plural_forms(lambda n: ngettext("and {count} more", "and {count} more", n)),
        "download-begins": _("The download begins in a moment."),
        "no-image": _("No picture of this document yet."),
        "keys": _("List of documents"),
        "key-next": _("Next document"),
        "key-previous": _("Previous document"),
        "key-mark": _("Select the document"),
        "key-extend": _("Extend the selection"),
        "key-all": _("Select all that are shown"),
        "key-open": _("Open the document"),
        "key-rename": _("Edit the title"),
        "key-tag": _("Tags"),
        "key-title": _("Titles by a pattern"),
        "key-move": _("Move to a team"),
        "key-approve": _("Approve"),
        "key-trash": _("Move to the trash"),
        "key-clear": _("Clear the selection"),
    }
