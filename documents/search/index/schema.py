"""The Tantivy schema of the index.

Every entry repeats the facts of its document. That makes filters, facets and access part of the
query; in return, a change of a document rewrites its entries (from the texts stored in the index,
not from the database).
"""

from __future__ import annotations

from functools import lru_cache

import tantivy

from documents.search.text import analysis

#: The format of the index. Increase the first number with every change of the schema or of
#: `entry.py`: an index of another format is rebuilt.
FORMAT = f"7.{analysis.VERSION}"

#: Fields whose values are counted; a document may have several of `tag`, `engine`,
#: `engine_version` and `flag`.
FACETS = (
    "team",
    "tag",
    "language",
    "status",
    "review_status",
    "type",
    "year",
    "engine",
    "engine_version",
    "flag",
    "origin",
)

#: Prefixes of these lengths are terms of their own: thousands of words may share one, and expanding
#: it takes long. Longer prefixes are expanded among the words.
PREFIX_LENGTHS = (2, 3, 4)


@lru_cache(maxsize=1)
def get_schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    # Terms made by `analysis`, separated by spaces; with positions, for phrases.
    for name in ("body", "title"):
        build.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    # Words as printed, their prefixes, hashed pairs of words, identifiers, fingerprints.
    for name in ("words", "beginnings", "pairs", "keys", "marks"):
        build.add_text_field(name, tokenizer_name="whitespace", index_option="basic")
    build.add_text_field("document", True, True, "raw", "basic")
    for name in FACETS:
        build.add_text_field(name, False, True, "raw", "basic")
    for name in ("folded_tag", "sha256", "read_by", "origin_name"):
        build.add_text_field(name, False, False, "raw", "basic")
    for name in ("number", "source", "created"):
        build.add_unsigned_field(name, indexed=True, fast=True)
    for name in ("document_number", "facts", "order"):
        build.add_unsigned_field(name, fast=True)
    build.add_float_field("confidence", indexed=True, fast=True)
    # Set in the document's first entry: a title is found there.
    build.add_unsigned_field("lead", indexed=True)
    build.add_bytes_field("page", stored=True)
    return build.build()
