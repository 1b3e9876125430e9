"""A PDF page's own text: extracted, grouped into blocks, and trusted or not."""
