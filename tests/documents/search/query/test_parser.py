"""Whatever is typed is a question, never an error."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.search.index.schema import get_schema
from documents.search.query.compiler import compile_query
from documents.search.query.nodes import All, AnyOf, Condition, Node, Not, Phrase, Prefix, Term
from documents.search.query.parser import parse_query


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", None),
        ("договор", Term("договор")),
        ("a b", All((Term("a"), Term("b")))),
        ("a OR b OR c d", All((AnyOf((Term("a"), Term("b"), Term("c"))), Term("d")))),
        ("a ИЛИ b", AnyOf((Term("a"), Term("b")))),
        ("«a b» -c", All((Phrase("a b"), Not(Term("c"))))),
        ("a НЕ b", All((Term("a"), Not(Term("b"))))),
        ("дого*", Prefix("дого")),
        ("1 250 000 руб", All((Term("1 250 000"), Term("руб")))),
        ('title:"a b"', Condition("title", "a b")),
        ("тег:срочно", Condition("tag", "срочно")),
        ("page:3", Condition("page", "3", 3, 3)),
        ("page:5-2", Condition("page", "5-2", 2, 5)),
        ("от 12 июля 2019 г", All((Term("от"), Term("12 июля 2019"), Term("г")))),
        ("May 12, 2025", Term("May 12, 2025")),
        ("after:2025", Condition("after", "2025", low=1735689600)),
        ("before:01.02.2025", Condition("before", "01.02.2025", high=1738367999)),
        ("12:30", Term("12:30")),
        ("http://site.ru/a", Term("http://site.ru/a")),
    ],
)
def test_what_is_typed_means(text: str, node: Node | None) -> None:
    parsed = parse_query(text)
    assert (parsed.node, parsed.notes) == (node, ())


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ('договор "аренды -проект', All((Term("договор"), Term("аренды"), Not(Term("проект"))))),
        ('монитор 24" Samsung', All((Term("монитор"), Term("24"), Term("Samsung")))),
        ('-"акт', Not(Term("акт"))),
        ('title:"акт', Condition("title", "акт")),
        ('title:"', Term("title")),
    ],
)
def test_half_a_quotation_mark_is_as_if_it_were_not_there(text: str, node: Node) -> None:
    parsed = parse_query(text)
    assert parsed.node == node
    assert "quote" in [note.code for note in parsed.notes]


@pytest.mark.parametrize("text", ["№", "😀", "- -", '""', "()", "%$#"])
def test_where_nothing_is_left_to_look_for_it_is_said(text: str) -> None:
    parsed = parse_query(text)
    assert parsed.node is None
    assert [note.code for note in parsed.notes] == ["nothing"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('"a', "quote"),
        ("(a", "parenthesis"),
        ("a)", "parenthesis"),
        ("a OR", "or"),
        ("OR a", "or"),
        ("before:вчера", "condition"),
        ("page:x", "condition"),
        ("a*", "prefix"),
        ("x" * 2000, "too-long"),
        (" ".join("слово" for _ in range(60)), "too-many"),
    ],
)
def test_what_makes_no_sense_is_words_and_said(text: str, code: str) -> None:
    parsed = parse_query(text)
    assert code in [note.code for note in parsed.notes]
    assert parsed.node is not None


_PIECES = st.sampled_from(
    ['"', "«", "(", ")", "-", "OR", "НЕ", "*", "title:", "page:", "before:", "tag:", ":", "договор",
     "a*", "1 000", "12/2025", "\x00", "\n", "''", "№", "-(", "page:1-2", "ooo", "\ud7ff",
     "\ud800"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=25).map(" ".join),
                 st.lists(_PIECES, max_size=25).map("".join)))  # fmt: skip
@settings(max_examples=600, deadline=None)
def test_anything_can_be_asked(text: str) -> None:
    made = compile_query(parse_query(text), {"team": {}, "status": {}, "type": {}})
    assert made.query is not None
    made.matcher.find_hits("Договор № 12/2025, ООО «Ромашка»")


def test_halves_of_characters_are_no_error() -> None:
    assert parse_query("tag:\ud800a \udfff договор").node == parse_query("tag: a договор").node


def test_few_digits_before_an_asterisk_are_looked_for_among_the_words_only() -> None:
    for text, looked_for in (("12*", {}), ("125*", {"125": 1})):
        assert compile_query(parse_query(text), {}).matcher.key_prefixes == looked_for


def test_the_schema_can_be_made() -> None:
    assert get_schema() is not None
