"""The text of a page: layout, word diff, mixed scripts, Markdown, safe HTML, validation. Pure."""
