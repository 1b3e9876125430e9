"""Engines of other packages: which names are taken, and what their faults become."""

from __future__ import annotations

import sys
import types
from importlib.metadata import EntryPoint

import pytest
from PIL import Image

from documents.engines.plug_ins import GROUP, NAME_LENGTH, sort_out
from documents.errors import ArchiveError, EngineFailed, EngineUnavailable, ReadingTimeout
from documents.messages import Message
from documents.text.page_layout import PageLayout
from ocr_worker.engines.base import Needs
from ocr_worker.engines.lines import place_words
from ocr_worker.engines.plug_ins import PlugInEngine

PAGE = Image.new("L", (100, 100), 255)


class Sound:
    """An engine with the least that one must have."""

    def __init__(self, languages: str) -> None:
        self.version = f"7 {languages}"

    def load(self) -> None:
        pass

    def read(self, image: Image.Image, **given: object) -> object:
        return PageLayout(image.width, image.height, 200.0)


def entry(name: str, value: str = "package_of_a_test:create") -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def plug_in(monkeypatch: pytest.MonkeyPatch, create: object) -> PlugInEngine:
    module = types.ModuleType("package_of_a_test")
    module.create = create  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return PlugInEngine(entry("lines"), "rus+eng")


def read(engine: PlugInEngine) -> PageLayout:
    return engine.read(PAGE, dpi=200, language="", seconds=10)


def test_names_that_can_stand_in_addresses_and_the_database_are_taken() -> None:
    longest = "a" * NAME_LENGTH
    names = ["rapidocr", "rapidocr-eslav-2", longest]

    assert list(sort_out(map(entry, names), ()).engines) == sorted(names)


@pytest.mark.parametrize(
    "name",
    ["Rapid", "a b", "a_b", "-a", "a--b", "1a", "", "движок", "a/b", "a" * (NAME_LENGTH + 1)],
)
def test_other_names_are_refused_with_the_rule(name: str) -> None:
    found = sort_out([entry(name)], ())

    assert found.engines == {}
    assert "lower case letters" in found.refused[name]


def test_a_package_can_not_take_the_name_of_an_engine_of_the_product() -> None:
    found = sort_out([entry("tesseract")], ["auto", "tesseract"])

    assert found.engines == {}
    assert "of the product" in found.refused["tesseract"]


def test_a_name_of_two_packages_is_neither_s() -> None:
    found = sort_out([entry("lines", "one:create"), entry("lines", "two:create")], ())

    assert found.engines == {}
    assert "two packages" in found.refused["lines"]


def test_the_least_engine_reads_and_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine = plug_in(monkeypatch, Sound)

    assert read(engine) == PageLayout(100, 100, 200.0)
    part = engine.read_part(PAGE, dpi=200, language="", seconds=1, upright=True)
    assert part == PageLayout(100, 100, 200.0), "read as a page"
    assert (engine.name, engine.version) == ("lines", "package_of_a_test 7 rus+eng")
    assert engine.needs == Needs()
    engine.close()


def ends_the_program(languages: str) -> object:
    sys.exit("no licence")


class NeedsALibrary(Sound):
    def load(self) -> None:
        raise ImportError("libgomp.so.1: cannot open shared object file")


class ReadsNothing:
    def __init__(self, languages: str) -> None:
        pass

    def load(self) -> None:
        pass


@pytest.mark.parametrize(
    ("create", "problem"),
    [
        (NeedsALibrary, "ImportError: libgomp.so.1: cannot open shared object file"),
        (ends_the_program, "SystemExit: no licence"),
        (lambda: Sound("eng"), "TypeError"),
        (ReadsNothing, "the engine has no method read"),
    ],
)
def test_one_that_can_not_be_loaded_is_unavailable_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, create: object, problem: str
) -> None:
    with pytest.raises(EngineUnavailable, match="Install the package") as raised:
        plug_in(monkeypatch, create).load()

    assert problem in raised.value.detail
    assert "package_of_a_test" in raised.value.detail


def test_a_package_that_is_not_there_any_more_is_unavailable() -> None:
    with pytest.raises(EngineUnavailable, match="No module named"):
        PlugInEngine(entry("lines", "no_such_package:create"), "rus").load()


class Failing(Sound):
    fault: object = ValueError("shape (0, 48)")

    def read(self, image: Image.Image, **given: object) -> object:
        if isinstance(self.fault, Exception):
            raise self.fault
        return self.fault


@pytest.mark.parametrize(
    ("fault", "expected", "text"),
    [
        (ValueError("shape (0, 48)"), EngineFailed, r"failed: ValueError: shape \(0, 48\)\."),
        ("a text", EngineFailed, "read returned a str, not a PageLayout"),
        (ReadingTimeout(Message("Too slow.")), ReadingTimeout, "Too slow."),
    ],
)
def test_what_it_does_wrong_on_a_page_fails_the_page(
    monkeypatch: pytest.MonkeyPatch, fault: object, expected: type[ArchiveError], text: str
) -> None:
    monkeypatch.setattr(Failing, "fault", fault)

    with pytest.raises(expected, match=text):
        read(plug_in(monkeypatch, Failing))


def test_words_of_a_line_take_the_places_that_the_layout_found() -> None:
    boxes = [(0.0, 0.0, 40.0, 10.0), (50.0, 1.0, 90.0, 9.0)]

    words = place_words("two words", boxes, 0.5)

    assert [(word.text, word.bbox, word.confidence) for word in words] == [
        ("two", boxes[0], 0.5), ("words", boxes[1], 0.5),
    ]  # fmt: skip


def test_more_words_than_places_share_the_line_by_their_lengths() -> None:
    words = place_words("one four six", [(0.0, 0.0, 120.0, 10.0)], None)

    assert [word.bbox for word in words] == [
        (0, 0, 30, 10), (40, 0, 80, 10), (90, 0, 120, 10),
    ]  # fmt: skip
    assert place_words(" ", [(0.0, 0.0, 120.0, 10.0)], None) == []
