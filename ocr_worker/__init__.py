"""The workers: pages in, text out. `documents` never imports this package."""
