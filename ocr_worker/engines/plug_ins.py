"""Engines that other installed packages bring: docs/engines.md says how to write one.

Their code is not ours: whatever it raises becomes an error that names the package, so that a page
fails with a reason and no worker ends.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint
from typing import Any

from PIL import Image

from documents.engines.names import PLUG_INS, EngineName
from documents.engines.plug_ins import package_of
from documents.errors import ArchiveError, EngineFailed, EngineUnavailable
from documents.messages import Message
from documents.text.page_layout import PageLayout

from .base import Needs

#: Characters of a version: a reading has room for 100, of which its calibration takes 22.
_VERSION_LENGTH = 75

#: What an engine must have (engines/base.py); `needs`, `read_part` and `close` may be left out.
_REQUIRED = ("load", "read")


def create_plug_in(name: str, languages: str) -> PlugInEngine:
    """The engine `name` (one of PLUG_INS), not loaded yet; nothing of its package is imported.

    `languages`: as for `create_engine`.
    """
    return PlugInEngine(PLUG_INS.engines[name], languages)


def reader_of_parts(engine: str) -> str:
    """The name of what reads lines cut out of a page for the engine of that name.

    Whichever of the product's own reads pages, that is Tesseract where it is there.
    """
    return engine if engine in PLUG_INS.engines else EngineName.TESSERACT.value


class PlugInEngine:
    """The `Engine` protocol (engines/base.py) on what `plug_in` names: a class or a function that
    takes the languages and returns an engine."""

    def __init__(self, plug_in: EntryPoint, languages: str) -> None:
        self.name = plug_in.name
        self.version = ""
        self.needs = Needs()
        self._plug_in, self._languages = plug_in, languages
        self._package = package_of(plug_in)
        self._engine: Any = None

    def load(self) -> None:
        """Import the package, create its engine and load it.

        Raises EngineUnavailable: the engine's own, or one that names the package and the problem.
        """
        if self._engine is not None:
            return
        try:
            engine = self._plug_in.load()(self._languages)
            missing = [name for name in _REQUIRED if not callable(getattr(engine, name, None))]
            if missing:
                raise TypeError(f"the engine has no method {', '.join(missing)}")
            engine.load()
            needs = getattr(engine, "needs", Needs())
            if not isinstance(needs, Needs):
                raise TypeError(f"needs is a {type(needs).__name__}")
            version = " ".join(f"{self._package} {getattr(engine, 'version', '')}".split())
            version = version[:_VERSION_LENGTH].rstrip()
        except EngineUnavailable:
            raise
        except (Exception, SystemExit) as error:  # some libraries end the program
            raise EngineUnavailable(
                Message(
                    "The engine {engine} of the package {package} can’t be loaded ({problem}). "
                    "Install the package and what it needs again, or choose another engine in "
                    "OCRSITE_ENGINE.",
                    engine=self.name,
                    package=self._package,
                    problem=_describe(error),
                )
            ) from error
        self._engine, self.needs, self.version = engine, needs, version

    def read(self, image: Image.Image, *, dpi: float, language: str, seconds: float) -> PageLayout:
        """See `Engine.read`."""
        self.load()
        return self._call("read", image, dpi=dpi, language=language, seconds=seconds)

    def read_part(
        self, image: Image.Image, *, dpi: float, language: str, seconds: float, upright: bool
    ) -> PageLayout:
        """See `Engine.read_part`; an engine without that method reads the lines as a page."""
        self.load()
        given = {"dpi": dpi, "language": language, "seconds": seconds}
        if not callable(getattr(self._engine, "read_part", None)):
            return self._call("read", image, **given)
        return self._call("read_part", image, **given, upright=upright)

    def close(self) -> None:
        """Raises EngineFailed."""
        engine, self._engine = self._engine, None
        if hasattr(engine, "close"):
            try:
                engine.close()
            except Exception as error:
                raise self._failed(error) from error

    def _call(self, method: str, image: Image.Image, **given: Any) -> PageLayout:
        try:
            layout = getattr(self._engine, method)(image, **given)
            if not isinstance(layout, PageLayout):
                raise TypeError(f"{method} returned a {type(layout).__name__}, not a PageLayout")
        except ArchiveError:
            raise
        except Exception as error:
            raise self._failed(error) from error
        return layout

    def _failed(self, error: Exception) -> EngineFailed:
        return EngineFailed(
            Message(
                "The engine {engine} of the package {package} failed: {problem}.",
                engine=self.name,
                package=self._package,
                problem=_describe(error),
            )
        )


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
