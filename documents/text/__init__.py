"""Text: page layout, look-alike letters, word diff, Markdown, safe HTML, validation."""
