"""Search: an index derived from the database, rebuilt at any time and never the source of truth.

`text` makes terms of text, `index` stores them (Tantivy) and follows the changes of the database,
`query` parses what people type and answers it.
"""
