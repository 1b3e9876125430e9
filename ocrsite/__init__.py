"""The site: settings, URLs, health, and the processes that it consists of."""

from pathlib import Path

__version__ = "0.1.0"

#: The directory of manage.py.
BASE_DIR = Path(__file__).resolve().parent.parent
