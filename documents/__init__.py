"""The archive: what is kept, who may see it, and what may happen to it."""
