"""The texts of scripts, for `json_script` (texts.js reads them): in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext as _

#: A text, or its plural forms by their names in the browser (Intl.PluralRules).
ScriptTexts = dict[str, str | dict[str, str]]

#: A number that each form is for: in English and in Russian alike.
_EXAMPLES = {"one": 1, "few": 2, "many": 5, "other": 2}


def plural_forms(say: Callable[[int], str]) -> dict[str, str]:
    """The forms of a text that depends on a number: `say` is a lambda over an ngettext.

    `texts.js` chooses one by `count`, and replaces `{count}` itself.
    """
    return {name: say(number) for name, number in _EXAMPLES.items()}


def shell_texts() -> ScriptTexts:
    return {
        "close": _("Close"),
        "did-you-mean": _("Did you mean"),
        "documents": _("Documents"),
        "everywhere": _("Everywhere"),
        "failed": _("This did not work. Try again; reload the page if it persists."),
        "key-search": _("Search"),
        "logged-out": _("You are logged out. Log in again in another tab, then repeat this."),
        "offline": _("The server can’t be reached. Check the connection and try again."),
        "recent-searches": _("Recent searches"),
        "undo": _("Undo"),
        "words": _("Words"),
    }


def search_texts() -> ScriptTexts:
    return {
        "key-next-result": _("Next result"),
        "key-previous-result": _("Previous result"),
        "results": _("Results"),
    }
