"""What a client asks for besides a kind of file: some pages, some fields, a conformance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q

from documents.errors import InvalidRequest
from documents.messages import Message
from documents.text.page_ranges import Range, clip_ranges, format_ranges, parse_ranges

PDFA = "pdfa-2b"

#: The fields of a page in `result.json` that may be chosen.
PAGE_FIELDS = (
    "number", "status", "width", "height", "dpi", "rotation", "confidence", "flags", "engine",
    "engine_version", "revision", "error", "text", "markdown", "blocks",
)  # fmt: skip


@dataclass(frozen=True)
class ExportOptions:
    """`pages`: empty for all; `fields`: of a page in `result.json`, empty for all."""

    pages: tuple[Range, ...] = ()
    fields: tuple[str, ...] = ()
    conformance: str = ""

    @property
    def variant(self) -> str:
        """The same for the same wish, however it was written; "" for the whole document."""
        values = {
            "pages": format_ranges(self.pages),
            "fields": ",".join(self.fields),
            "conformance": self.conformance,
        }
        return urlencode({name: value for name, value in values.items() if value}, safe=",")

    @classmethod
    def from_variant(cls, variant: str) -> ExportOptions:
        values = dict(parse_qsl(variant))
        return cls(
            pages=parse_ranges(values["pages"]) if "pages" in values else (),
            fields=tuple(values["fields"].split(",")) if "fields" in values else (),
            conformance=values.get("conformance", ""),
        )

    @property
    def page_filter(self) -> Q:
        """The pages that are asked for."""
        wanted = Q()
        for first, last in self.pages:
            wanted |= Q(number__gte=first, number__lte=last)
        return wanted

    def list_numbers(self, count: int) -> list[int] | None:
        """The pages of a document of `count` pages; None for all."""
        if not self.pages:
            return None
        return [n for first, last in clip_ranges(self.pages, count) for n in range(first, last + 1)]


WHOLE_DOCUMENT = ExportOptions()


def parse_options(kind: str, values: Mapping[str, str], page_count: int | None) -> ExportOptions:
    """`values`: the query of a request for a file of `kind`. Raises InvalidRequest."""
    pages: tuple[Range, ...] = ()
    if values.get("pages"):
        pages = _parse_pages(values["pages"], page_count or 0)
    fields: tuple[str, ...] = ()
    if kind == "json" and values.get("fields"):
        fields = _parse_fields(values["fields"])
    conformance = ""
    if kind == "pdf" and values.get("conformance"):
        conformance = values["conformance"].lower()
        if conformance != PDFA:
            raise InvalidRequest.for_field(
                "conformance",
                Message("{field} is one of {choices}.", field="conformance", choices=PDFA),
            )
    return ExportOptions(pages, fields, conformance)


def _parse_pages(text: str, count: int) -> tuple[Range, ...]:
    try:
        pages = clip_ranges(parse_ranges(text), count)
    except ValueError:
        raise InvalidRequest.for_field(
            "pages", Message("Write pages as numbers and ranges, for example 1,3-7.")
        ) from None
    if not pages:
        raise InvalidRequest.for_field(
            "pages", Message("The last page of the document is {count}.", count=count)
        )
    # All pages are the whole document, however they are written.
    return () if pages == ((1, count),) else pages


def _parse_fields(text: str) -> tuple[str, ...]:
    wanted = {part.strip() for part in text.split(",") if part.strip()}
    unknown = wanted - set(PAGE_FIELDS)
    if unknown or not wanted:
        raise InvalidRequest.for_field(
            "fields",
            Message("{field} is one of {choices}.", field="fields", choices=", ".join(PAGE_FIELDS)),
        )
    return tuple(name for name in PAGE_FIELDS if name in wanted)
