"""What can be told of a question from its form alone. Pure."""

from __future__ import annotations

from documents.search.query.parser import All, AnyOf, Condition, Node, Not, Phrase, Prefix, Term


def texts_in(node: Node) -> int:
    """How many words and phrases are asked for, beside what is excluded."""
    if isinstance(node, All | AnyOf):
        return sum(texts_in(part) for part in node.parts)
    return isinstance(node, Term | Phrase | Prefix)


def names_pages(node: Node) -> bool:
    """Whether one page of a document may answer and another not, though no word is asked for."""
    if isinstance(node, All | AnyOf):
        return any(names_pages(part) for part in node.parts)
    return isinstance(node, Condition) and node.name == "page"


def demands_a_body(node: Node) -> bool:
    """Whether it is met by no title alone, whatever else it says."""
    if isinstance(node, All):
        return any(demands_a_body(part) for part in node.parts)
    return isinstance(node, Prefix)


def is_negative(node: Node) -> bool:
    """Whether it only excludes."""
    if isinstance(node, All):
        return all(is_negative(part) for part in node.parts)
    return isinstance(node, Not)
