"""How the site is: health, metrics, self checks."""
