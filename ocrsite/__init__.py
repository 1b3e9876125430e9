"""The site: settings, URLs, health, and how everything is started."""

__version__ = "0.1.0"
