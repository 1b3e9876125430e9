"""The catalogues say everything that the sources say, and nothing that they no longer say.

What is to be translated is found here without gettext's own tools: calls in Python by the syntax
tree, tags in templates through Django's own translation of templates into such calls.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).parents[2]
PACKAGES = ("documents", "ocr_worker", "ocrsite")
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "Message"}
PLURAL_CALLS = {"ngettext", "ngettext_lazy", "PluralMessage"}
#: Placeholders of Python's and of our scripts' texts.
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")
#: `-i` keeps out what is no source.
HOW = (
    "manage.py makemessages -l ru --add-location file --no-wrap -i tests -i data, "
    "translate, manage.py compilemessages"
)

Message = tuple[str, str]


def catalogue(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def calls_in(source: str) -> Iterator[Message]:
    """(text, plural text or "") of every call for a translation in Python source."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id in CALLS | PLURAL_CALLS and node.args:
            texts = [
                arg.value
                for arg in node.args[:2]
                if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
            ]
            if node.func.id == "Message" and not texts:
                continue  # its text was marked where it stands (gettext_noop)
            assert texts, f"not a plain string: {ast.unparse(node)}"
            yield texts[0], texts[1] if node.func.id in PLURAL_CALLS else ""


def messages_in_python() -> Iterator[Message]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            yield from calls_in(path.read_text())


def messages_in_templates() -> Iterator[Message]:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("templates/**/*.html"):
            code = templatize(path.read_text(), origin=str(path))
            for call in re.findall(
                r"(?:_|n?gettext)\((?:[^()'\"]|u?'(?:\\.|[^'\\])*'|u?\"(?:\\.|[^\"\\])*\")*\)", code
            ):
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", SyntaxWarning)
                    yield from calls_in(call.replace("\n", "\\n"))


@pytest.fixture(scope="module")
def wanted() -> set[Message]:
    return {*messages_in_python(), *messages_in_templates()}


@pytest.fixture
def entries() -> polib.POFile:
    """The Russian catalogue: English texts stand in the sources themselves."""
    return polib.pofile(str(catalogue("ru")))


def test_the_search_finds_messages_of_every_kind(wanted: set[Message]) -> None:
    assert ("in the trash", "") in wanted, "a call in Python"
    assert ("Done: %(count)d document.", "Done: %(count)d documents.") in wanted
    assert ("Open in the archive", "") in wanted, "a translate tag"
    assert ("Page %(number)s", "") in wanted, "a blocktranslate tag"
    assert (
        "%(count)s page could not be read",
        "%(count)s pages could not be read",
    ) in wanted, "a blocktranslate tag with a plural"


def test_the_catalogue_has_exactly_what_the_sources_say(
    entries: polib.POFile, wanted: set[Message]
) -> None:
    known = {(entry.msgid, entry.msgid_plural or "") for entry in entries if not entry.obsolete}

    assert sorted(wanted - known) == [], "add them: " + HOW
    assert sorted(known - wanted) == [], "no longer said"


def test_every_message_is_translated_for_sure(entries: polib.POFile) -> None:
    assert [entry.msgid for entry in entries if not entry.translated()] == []
    assert [entry.msgid for entry in entries if entry.fuzzy] == []


def test_a_translation_keeps_the_placeholders(entries: polib.POFile) -> None:
    for entry in entries:
        asked = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for said in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            assert set(PLACEHOLDER.findall(said)) == asked, entry.msgid


def test_the_compiled_catalogue_is_that_of_the_source(entries: polib.POFile) -> None:
    compiled = polib.mofile(str(Path(str(entries.fpath)).with_suffix(".mo")))

    def said(catalogue: polib.POFile | polib.MOFile) -> dict[str, object]:
        return {e.msgid: e.msgstr_plural if e.msgid_plural else e.msgstr for e in catalogue}

    assert said(compiled) == said(entries), "compile it: manage.py compilemessages"


def test_russian_is_russian() -> None:
    same = {
        entry.msgid
        for entry in polib.pofile(str(catalogue("ru")))
        if not re.search("[а-яё]", entry.msgstr or entry.msgstr_plural.get(0, ""), re.IGNORECASE)
    }

    assert same <= {"{title}: {status}"}
