"""The open handles of Tesseract's library: one for each set of languages, loaded when needed."""

from __future__ import annotations

from typing import Any

from PIL import Image

from documents.errors import EngineUnavailable
from documents.messages import Message

#: Handles kept open, the most recently used: Russian and English each alone and together, and one
#: for a document in another language. Each holds 10 to 40 MB.
_MOST_OPEN = 4


class Handles:
    """`module`: tesserocr. `path`: the directory of the language data, with a separator at its end:
    without, the library looks one directory higher."""

    def __init__(self, module: Any, path: str) -> None:
        self.module = module
        self.path = path
        self._open: dict[str, Any] = {}

    def get(self, languages: str) -> Any:
        """A handle with `languages` ("rus+eng"), in any mode. Raises EngineUnavailable."""
        handle = self._open.pop(languages, None)
        if handle is None:
            handle = self.open(languages, self.module.PSM.AUTO)
            while len(self._open) >= _MOST_OPEN:
                self._open.pop(next(iter(self._open))).End()
        self._open[languages] = handle
        return handle

    def open(self, languages: str, segmentation: int) -> Any:
        """A new handle, which is the caller's to end. Raises EngineUnavailable."""
        try:
            handle = self.module.PyTessBaseAPI(path=self.path, lang=languages, psm=segmentation)
        except RuntimeError as error:
            raise EngineUnavailable(
                Message(
                    "Tesseract can’t use its language data for {languages} in {directory}: "
                    "{problem}. Install it again.",
                    languages=languages,
                    directory=self.path,
                    problem=error,
                )
            ) from error
        # Whether letters have one width is of no use to this kind of recognition, which finds them
        # by itself, and looking for it takes 4 to 7% of the time.
        handle.SetVariable("textord_all_prop", "1")
        return handle

    def close(self) -> None:
        for handle in self._open.values():
            handle.End()
        self._open.clear()


def show_image(handle: Any, image: Image.Image, dpi: float) -> None:
    """Give `image` (mode "L") to the handle. `dpi`: the image's."""
    handle.SetImageBytes(image.tobytes(), image.width, image.height, 1, image.width)
    handle.SetSourceResolution(round(min(max(dpi, 70), 2400)))
