"""The index: schema, writer, follower of changes, reader, health."""
