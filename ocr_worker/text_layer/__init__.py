"""A PDF page's own text: taken out, put into blocks, and trusted or not."""
