"""OCR engines: `create_engine` chooses one; `base.Engine` says what each can do."""

from .base import CHOICES, Engine, create_engine

__all__ = ["CHOICES", "Engine", "create_engine"]
