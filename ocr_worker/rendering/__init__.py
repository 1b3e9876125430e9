"""PDF, TIFF and photos to page images and text layers, in a limited, killable child process.

`Renderer` is the interface; nothing else in the project parses uploaded bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .types import (
    LayerWord,
    Limits,
    MailFacts,
    MemberFacts,
    PageImage,
    RenderedPage,
    TextLayer,
    UnreadLine,
)

if TYPE_CHECKING:
    from .renderer import Renderer

__all__ = [
    "LayerWord",
    "Limits",
    "MailFacts",
    "MemberFacts",
    "PageImage",
    "RenderedPage",
    "Renderer",
    "TextLayer",
    "UnreadLine",
]


def __getattr__(name: str) -> Any:
    """Import `Renderer` on first use: the child imports this package too, and loads no Django."""
    if name == "Renderer":
        from .renderer import Renderer

        return Renderer
    raise AttributeError(name)
