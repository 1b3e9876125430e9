"""The index: format, reading and writing, the follower of changes, health."""
