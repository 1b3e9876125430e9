"""What every pretended engine has in common."""

from __future__ import annotations

from PIL import Image

from documents.text.page_layout import PageLayout


class PretendedEngine:
    """An engine that needs nothing loaded, and reads a part of a page as it reads a page."""

    def load(self) -> None: ...

    def close(self) -> None: ...

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        raise NotImplementedError

    def read_part(
        self, image: Image.Image, *, dpi: float, language: str, seconds: float, upright: bool
    ) -> PageLayout:
        return self.read(image, dpi=dpi, language=language, seconds=seconds)
