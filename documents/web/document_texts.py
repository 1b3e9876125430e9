"""The texts of the scripts of a document's page."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.web.texts import ScriptTexts, plural_forms
from documents.web.viewer_texts import viewer_texts


def document_texts() -> ScriptTexts:
    return viewer_texts() | _page_texts() | _edit_texts() | _verb_texts() | _key_texts()


def _page_texts() -> ScriptTexts:
    return {
        "page-n": _("Page {number}"),
        "scan-of-page": _("Scan of page {number}"),
        "state-p": _("waiting"),
        "state-r": _("being read"),
        "state-d": _("read"),
        "state-f": _("failed"),
        "state-s": _("not asked for"),
        "state-flagged": _("wants a look"),
        "state-corrected": _("corrected"),
        "confidence": _("confidence {percent} %"),
        "corrected-by": _("corrected by {name}"),
        "corrected": _("corrected"),
        "waiting-page": _("This page has not been read yet. It appears here by itself."),
        "failed-page": _("This page could not be read: {reason}"),
        "skipped-page": _("Nobody asked for this page, so it was not read."),
        "image-failed": _("The image could not be loaded."),
        "nothing-read": _("Nothing was read on this page."),
        "type-it": _("Type the text"),
        "read-again": _("Read again…"),
        "read-this-again": _("Read this page again…"),
        "newer-reading": _("This page has been read again since it was corrected."),
        "use-newer": _("Use the newer reading"),
        "readings": plural_forms(lambda n: ngettext("{count} reading", "{count} readings", n)),
        "hits-of": _("{number} of {count}"),
        "hit-pages": plural_forms(lambda n: ngettext("on {count} page", "on {count} pages", n)),
        "no-hits": _("no hits"),
        "last-hit": _("This was the last hit."),
    }


def _edit_texts() -> ScriptTexts:
    return {
        "block-n": _("Block {number}: {label}"),
        "cell-n": _("Row {row}, column {column}"),
        "block-menu": _("Change block {number}"),
        "block-kind": _("Kind"),
        "split": _("Split at the caret"),
        "merge-next": _("Merge with the next"),
        "move-up": _("Move up"),
        "move-down": _("Move down"),
        "delete-block": _("Delete the block"),
        "row-below": _("Row below"),
        "column-right": _("Column to the right"),
        "delete-row": _("Delete the row"),
        "delete-column": _("Delete the column"),
        "put-caret": _("Put the caret where the block should be split."),
        "no-next": _("There is no block after this one."),
        "deleted-block": _("The block is deleted."),
        "saving": _("Saving…"),
        "saved": _("Saved"),
        "unsaved": _("Not saved yet"),
        "not-saved": _("Not saved"),
        "conflict": _("Somebody else has changed this block, too. Which text is right?"),
        "conflict-gone": _("Somebody else has removed this block. Keep your text?"),
        "theirs": _("Their text"),
        "mine": _("Your text"),
        "keep-mine": _("Keep mine"),
        "take-theirs": _("Take theirs"),
        "other-reading": _("another reader saw"),
        "use": _("Use “{text}”"),
        "words-gone": _("These words are no longer in the text."),
        "copy-words": plural_forms(
            lambda n: ngettext("Copy {count} word", "Copy {count} words", n)
        ),
        "copied": _("Copied."),
        "no-words-here": _("No words were read here."),
        "new-block": _("New block here"),
        "cancel": _("Cancel"),
    }


def _verb_texts() -> ScriptTexts:
    return {
        "approved": _("The document is approved."),
        "rejected": _("The document is rejected."),
        "trashed": _("The document is in the trash."),
        "restored": _("The document is out of the trash again."),
        "being-read": _("The document is being read again."),
        "opened": _("The file is open, and is being read."),
        "being-made": _("Being made: {name}. The download starts by itself."),
        "link-copied": _("Copied. The link opens the file until {time}."),
        "link-made": _(
            "Here is the link, to be copied with Ctrl+C. It opens the file until {time}."
        ),
        "priority-saved": _("The priority is saved."),
        "title-saved": _("The title is saved."),
        "this-page": _("Only page {number}"),
        "unsaved-leave": _("Some text is not saved yet."),
    }


def _key_texts() -> ScriptTexts:
    return {
        "keys-document": _("Document"),
        "keys-scan": _("Scan"),
        "keys-text": _("Text"),
        "key-next-page": _("Next page"),
        "key-previous-page": _("Previous page"),
        "key-first-page": _("First page"),
        "key-last-page": _("Last page"),
        "key-go": _("Go to a page"),
        "key-next-mark": _("Next hit or doubtful word"),
        "key-previous-mark": _("Previous hit or doubtful word"),
        "key-take": _("Take the other reading"),
        "key-desk": _("Review desk"),
        "key-approve": _("Approve"),
        "key-reject": _("Reject"),
        "key-edit": _("Edit the text"),
        "key-title": _("Edit the title"),
        "key-link": _("Copy link"),
        "key-panel": _("Details"),
        "key-save": _("Save"),
        "key-leave": _("Leave the text"),
    }
