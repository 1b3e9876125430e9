"""The self-describing copy: what lies beside the originals, on the disk and in the bucket, is
enough to rebuild the archive without its database."""
