"""The self-describing copy: what lies beside the originals, on the disk and in the bucket, is
enough to build the archive anew without its database (design, section 6)."""
