"""Words as search sees them: analysis, identifiers, look-alikes, edit distance, page text. Pure."""
