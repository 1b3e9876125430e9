"""The reader: pages in, text out. `documents` never imports this package."""
