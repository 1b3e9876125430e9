"""From a typed query to results: parse, compile, restrict to visible documents, find, highlight."""
