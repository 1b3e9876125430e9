"""OCR engines: `load_engine` chooses one; `base.Engine` says what each can do."""

from .base import Engine, Needs
from .select_engine import ENGINE_CHOICES, create_engine, load_engine

__all__ = ["ENGINE_CHOICES", "Engine", "Needs", "create_engine", "load_engine"]
