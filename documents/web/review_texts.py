"""The texts of the review desk's scripts, and the choices of its filters."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from documents.models import ReviewReason
from documents.review.flags import FLAG_DESCRIPTIONS
from documents.review.queue_filters import BY_RULE
from documents.web.texts import ScriptTexts, plural_forms


def queue_choices() -> dict[str, list[tuple[str, str]]]:
    """The reasons and ages that the queue can be filtered by, in words."""
    reasons = [(name, str(flag.label)) for name, flag in FLAG_DESCRIPTIONS.items()]
    reasons += [(name, str(ReviewReason(name).label)) for name in BY_RULE]
    ages = [
        (str(days), ngettext("%(count)d day", "%(count)d days", days) % {"count": days})
        for days in (1, 3, 7, 30)
    ]
    return {"reasons": reasons, "ages": ages}


def desk_texts() -> ScriptTexts:
    return {
        "desk": _("Review"),
        "k-right": _("right as it is, next"),
        "k-word": _("the next word of the field alone"),
        "k-together": _("the doubts of the page together"),
        "k-leave-sheet": _("back to one doubt after the other"),
        "sheet": _("Doubts of the page"),
        "k-first": _("take the first reading"),
        "k-second": _("take the second reading"),
        "k-back": _("back to the doubt before"),
        "k-leave": _("leave the field"),
        "k-field": _("into the field"),
        "k-next-page": _("next page"),
        "k-previous-page": _("page before"),
        "k-approve": _("approve, next document"),
        "k-reject": _("reject with a reason"),
        "k-undo": _("undo the last answer, or back to the last document"),
        "k-zoom": _("whole page or line"),
        "k-postpone": _("postpone with a note"),
        "k-skip": _("next document without a decision"),
        "k-open": _("open the document’s page"),
        "k-checked": _("page is checked, next page"),
        "place": _("Page {page} of {pages}"),
        "doubt-of": _("doubt {number} of {count}"),
        "doubts-left": plural_forms(
            lambda n: ngettext("{count} doubt left", "{count} doubts left", n)
        ),
        "saved": _("All saved"),
        "saving": plural_forms(
            lambda n: ngettext("Saving {count} answer", "Saving {count} answers", n)
        ),
        "retrying": plural_forms(
            lambda n: ngettext(
                "{count} answer is not saved yet. It is tried again.",
                "{count} answers are not saved yet. They are tried again.",
                n,
            )
        ),
        "not-saved": _("Not saved: {reason}"),
        "answered-right": _("You said: right"),
        "answered-text": _("You wrote: {text}"),
        "nothing-here": _("nothing"),
        "latin-letters": _("{letters}: Latin"),
        "cyrillic-letters": _("{letters}: Cyrillic"),
        "missing-word": _("Is a word missing here?"),
        "not-in-text": _(
            "These words are not in the text as they stand. Open the page to change them."
        ),
        "type-missing": _("Type what stands here"),
        "nothing-read": _("Nothing was read on this page."),
        "type-lines": _("Type it; Ctrl + Enter saves. Empty, Enter leaves it out."),
        "type-page": _("Type what stands on the page; Ctrl + Enter saves it. Empty, it goes on."),
        "document-done": _("Every doubt has an answer."),
        "no-doubts": _("Nothing on these pages is in doubt."),
        "queue-empty": _("Nothing is left to review here."),
        "approved": _("“{title}” is approved."),
        "rejected": _("“{title}” is rejected."),
        "postponed": _("“{title}” is postponed."),
        "held-by": _("{person} is reviewing this document now. You can look on."),
        "taken-meanwhile": _("Somebody else has taken that document. Here is the next one."),
        "back-to-it": _("Back to it"),
        "nothing-to-undo": _("Nothing to undo."),
        "already-decided": _("This document is decided: {decision}."),
        "right": _("Right"),
        "continue": _("Continue"),
        "chosen": plural_forms(
            lambda n: ngettext("{count} document is chosen", "{count} documents are chosen", n)
        ),
        "confirmed": plural_forms(
            lambda n: ngettext("{count} place is confirmed.", "{count} places are confirmed.", n)
        ),
        "confirm-count": plural_forms(
            lambda n: ngettext("Confirm {count} place", "Confirm {count} places", n)
        ),
        "k-confirm": _("confirm all that are chosen"),
        "k-exclude": _("leave out, or take in again"),
        "k-next-place": _("next place"),
        "k-previous-place": _("place before"),
        "group": _("Group pass"),
    }
