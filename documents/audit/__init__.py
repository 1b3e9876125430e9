"""Who saw, changed, exported and deleted what: how it is written, found and handed out."""
