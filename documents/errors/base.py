"""The root of every error of the archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from documents.messages import Message, gettext_noop, verbatim

if TYPE_CHECKING:
    import uuid


class ArchiveError(Exception):
    """An operation failed; its message says what happened and what to do next.

    A class stands for one kind of problem. `code` is what programs rely on, `title` (English, in
    the catalogues) names the kind, `next_step` (for docs/errors.md) is what a client does about
    it. `permanent`: the same attempt fails again; otherwise a later one may succeed.

    Raise it with a `Message`; a plain str is taken as words that have no translation. Without
    either the title is the message. `document` and `page` are where it happened, `fields` maps a
    request's field ("blocks.0.id") to what is wrong with it. `retry_after`: seconds after which the
    same request may succeed, where that is known.
    """

    code: ClassVar[str] = "error"
    permanent: ClassVar[bool] = True
    title: ClassVar[str] = gettext_noop("Something went wrong.")
    next_step: ClassVar[str] = "Report it to the administrator; the server's log says more."

    def __init__(
        self,
        message: str = "",
        *,
        document: uuid.UUID | None = None,
        page: int | None = None,
        fields: Mapping[str, Sequence[str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.message = verbatim(message) if message else Message(self.title)
        self.document = document
        self.page = page
        self.retry_after = retry_after
        self.fields = {
            name: [verbatim(text) for text in texts] for name, texts in (fields or {}).items()
        }
        super().__init__(self.message)

    @property
    def detail(self) -> str:
        """The message in English, for logs and data."""
        return str(self.message)

    @property
    def members(self) -> dict[str, Any]:
        """What a problem document says beside the message (RFC 9457, 3.2): JSON."""
        return {}

    def translated(self) -> str:
        """The message in the active language."""
        return self.message.translated()

    def translated_title(self) -> str:
        """The title in the active language."""
        return Message(self.title).translated()

    def __str__(self) -> str:
        where = "".join(
            f" [{name} {value}]"
            for name, value in (("document", self.document), ("page", self.page))
            if value is not None
        )
        return f"{self.detail}{where}"


def error_classes(root: type[ArchiveError] = ArchiveError) -> Iterator[type[ArchiveError]]:
    """`root` and all loaded classes below it."""
    yield root
    for child in root.__subclasses__():
        yield from error_classes(child)


def error_class(code: str) -> type[ArchiveError] | None:
    """The loaded class with this code, or None."""
    return next((cls for cls in error_classes() if cls.code == code), None)
