"""Search: a read model beside the database, built from it at any time and never asked for truth.

`analysis` makes terms of text, `index` keeps them (Tantivy), `follower` brings them to what the
database says, `language` reads what people type, `finding` answers it.
"""
