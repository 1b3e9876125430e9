"""Files of the archive: storage, upload staging, names, types, figures, streaming."""
