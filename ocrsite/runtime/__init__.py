"""How the site is started and kept alive. Only `bootstrap`, `first_start` and `restore_database`
need Django."""
