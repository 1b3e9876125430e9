"""OCR engines: `load_engine` chooses one; `base.Engine` says what each can do."""

from .base import Engine, Needs
from .choosing import CHOICES, create_engine, load_engine

__all__ = ["CHOICES", "Engine", "Needs", "create_engine", "load_engine"]
