"""OCR engines: `load_engine` selects and loads one; `base.Engine` is their protocol."""

from .base import Engine, Needs
from .select_engine import ENGINE_CHOICES, create_engine, load_engine

__all__ = ["ENGINE_CHOICES", "Engine", "Needs", "create_engine", "load_engine"]
