"""Words as search sees them: analysis, identifiers, look-alike letters, edit distance. Pure."""
