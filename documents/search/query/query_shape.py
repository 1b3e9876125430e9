"""What can be known about a query from its form alone. Pure."""

from __future__ import annotations

from documents.search.query.nodes import All, AnyOf, Condition, Node, Not, Phrase, Prefix, Term


def count_texts(node: Node) -> int:
    """Count the words, phrases and prefixes that are not excluded."""
    if isinstance(node, All | AnyOf):
        return sum(count_texts(part) for part in node.parts)
    return isinstance(node, Term | Phrase | Prefix)


def has_page_condition(node: Node) -> bool:
    """Whether one page of a document may match and another not, even without words."""
    if isinstance(node, All | AnyOf):
        return any(has_page_condition(part) for part in node.parts)
    return isinstance(node, Condition) and node.name == "page"


def requires_body(node: Node) -> bool:
    """Whether no title alone can match."""
    if isinstance(node, All):
        return any(requires_body(part) for part in node.parts)
    return isinstance(node, Prefix)


def is_negative(node: Node) -> bool:
    """Whether the query only excludes."""
    if isinstance(node, All):
        return all(is_negative(part) for part in node.parts)
    return isinstance(node, Not)
