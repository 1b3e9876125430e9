"""What a client sends to correct a page: new texts of blocks, and edits of the blocks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from documents.actions.correct import MAX_TEXT_LENGTH
from documents.actions.type_page import MAX_SIDE
from documents.api.fields import StrictSerializer
from documents.api.serializers import RevisionSeen
from documents.review.edits import (
    LABELS,
    AddBlock,
    DeleteBlock,
    Edit,
    EditTable,
    MergeBlocks,
    MoveBlock,
    RelabelBlock,
    SplitBlock,
)
from documents.text.tables import MOST_SPANNED, Cell

#: Edits of one request.
MAX_EDITS = 500
_MAX_ROWS, _MAX_COLUMNS = 2_000, 200
#: px; beyond any page, so that the action cuts a box to its page.
_FARTHEST = 1_000_000.0


class BlockId(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=100, **kwargs)


class _Text(serializers.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=MAX_TEXT_LENGTH, allow_blank=True, trim_whitespace=False, **kwargs
        )


class _Box(serializers.ListField):
    """`[x0, y0, x1, y1]`, px of the page image."""

    def __init__(self, **kwargs: Any) -> None:
        child = serializers.FloatField(min_value=-_FARTHEST, max_value=_FARTHEST)
        super().__init__(child=child, min_length=4, max_length=4, **kwargs)


def _label_field(**kwargs: Any) -> serializers.ChoiceField:
    # Not a class attribute: a serializer's fields have a `label` of their own.
    return serializers.ChoiceField(sorted(LABELS), **kwargs)


class CorrectedBlock(StrictSerializer):
    id = BlockId()
    text = _Text()


class _EditSerializer(StrictSerializer):
    """One operation; `build` makes the edit of the validated values."""

    op = serializers.CharField()

    @staticmethod
    def build(values: Mapping[str, Any]) -> Edit:
        raise NotImplementedError


class _Add(_EditSerializer):
    bbox = _Box()
    text = _Text(default="")
    after = BlockId(allow_null=True, default=AddBlock.BY_PLACE)

    def get_fields(self) -> Any:
        return {**super().get_fields(), "label": _label_field(default="text")}

    @staticmethod
    def build(values: Mapping[str, Any]) -> Edit:
        x0, y0, x1, y1 = values["bbox"]
        box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        return AddBlock(box, values["label"], values["text"], values["after"])


class _Split(_EditSerializer):
    block = BlockId()
    at = serializers.IntegerField(min_value=1, max_value=MAX_TEXT_LENGTH)

    @staticmethod
    def build(values: Mapping[str, Any]) -> Edit:
        return SplitBlock(values["block"], values["at"])


class _Merge(_EditSerializer):
    blocks = serializers.ListField(child=BlockId(), min_length=2, max_length=MAX_EDITS)

    @staticmethod
    def build(values: Mapping[str, Any]) -> Edit:
        return MergeBlocks(tuple(values["blocks"]))


class _Delete(_EditSerializer):
    block = BlockId()

    @staticmethod
    def build(values: Mapping[str, Any]) -> Edit:
        return DeleteBlock(values["block"])


class _Relabel(_EditSerializer):
    block = BlockId()

    def get_fields(self) -> Any:
        return {**super().get_fields(), "label": _label_field()}

    @staticmethod
    def build(values: Mapping[str, Any]) -> Edit:
        return RelabelBlock(values["block"], values["label"])


class _Move(_EditSerializer):
    block = BlockId()
    after = BlockId(allow_null=True)

    @staticmethod
    def build(values: Mapping[str, Any]) -> Edit:
        return MoveBlock(values["block"], values["after"])


class _CellField(StrictSerializer):
    """A cell's text alone, or an object with its spans."""

    text = _Text()
    colspan = serializers.IntegerField(min_value=1, max_value=MOST_SPANNED, default=1)
    rowspan = serializers.IntegerField(min_value=1, max_value=MOST_SPANNED, default=1)
    header = serializers.BooleanField(default=False)

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value({"text": data} if isinstance(data, str) else data)


class _Table(_EditSerializer):
    block = BlockId()
    rows = serializers.ListField(
        child=serializers.ListField(child=_CellField(), max_length=_MAX_COLUMNS),
        min_length=1,
        max_length=_MAX_ROWS,
    )

    @staticmethod
    def build(values: Mapping[str, Any]) -> Edit:
        rows = tuple(tuple(Cell(**cell) for cell in row) for row in values["rows"])
        return EditTable(values["block"], rows)


_BY_OP: dict[str, type[_EditSerializer]] = {
    AddBlock.op: _Add,
    SplitBlock.op: _Split,
    MergeBlocks.op: _Merge,
    DeleteBlock.op: _Delete,
    RelabelBlock.op: _Relabel,
    MoveBlock.op: _Move,
    EditTable.op: _Table,
}


_CELL_SHAPE = {
    "type": "object",
    "required": ["text"],
    "properties": {
        "text": {"type": "string"},
        "colspan": {"type": "integer", "minimum": 1, "maximum": MOST_SPANNED},
        "rowspan": {"type": "integer", "minimum": 1, "maximum": MOST_SPANNED},
        "header": {"type": "boolean"},
    },
}


@extend_schema_field(
    {
        "type": "object",
        "required": ["op"],
        "description": "What else it takes depends on `op`: docs/api.md has a table.",
        "properties": {
            "op": {"type": "string", "enum": list(_BY_OP)},
            "block": {"type": "string", "description": "The id of the block that is changed."},
            "blocks": {"type": "array", "items": {"type": "string"}, "description": "Of `merge`."},
            "at": {"type": "integer", "minimum": 1, "description": "Of `split`: a word's number."},
            "after": {"type": ["string", "null"], "description": "Null for the first place."},
            "label": {"type": "string", "enum": sorted(LABELS)},
            "text": {"type": "string"},
            "bbox": {
                "type": "array",
                "items": {"type": "number"},
                "minItems": 4,
                "maxItems": 4,
                "description": "Px of the page image.",
            },
            "rows": {
                "type": "array",
                "items": {"type": "array", "items": {"oneOf": [{"type": "string"}, _CELL_SHAPE]}},
                "description": "Of `table`.",
            },
        },
    }
)
class EditField(serializers.Field[Edit, Any, Any, Any]):
    """`{"op": ..., ...}`: one edit of a page's blocks (documents/review/edits.py)."""

    default_error_messages = {"op": _("“op” is one of {known}.")}

    def to_internal_value(self, data: Any) -> Edit:
        op = data.get("op") if isinstance(data, Mapping) else None
        serializer = _BY_OP.get(op) if isinstance(op, str) else None
        if serializer is None:
            self.fail("op", known=", ".join(_BY_OP))
        edit = serializer(data=data)
        edit.is_valid(raise_exception=True)
        return serializer.build(edit.validated_data)


class ImageSize(StrictSerializer):
    """px of the page image that boxes are of."""

    width = serializers.IntegerField(min_value=1, max_value=MAX_SIDE)
    height = serializers.IntegerField(min_value=1, max_value=MAX_SIDE)


class Correction(RevisionSeen):
    """`blocks`, `edits` or both: one of them at least. `image`: for the first block of a page that
    could not be read."""

    blocks = CorrectedBlock(many=True, required=False)
    edits = serializers.ListField(child=EditField(), required=False, max_length=MAX_EDITS)
    image = ImageSize(required=False, default=None)

    def validate_blocks(self, blocks: list[dict[str, str]]) -> dict[str, str]:
        texts = {block["id"]: block["text"] for block in blocks}
        if len(texts) != len(blocks):
            raise serializers.ValidationError(_("Name each block once."))
        return texts

    def validate_image(self, size: dict[str, int] | None) -> tuple[int, int] | None:
        return None if size is None else (size["width"], size["height"])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {"blocks": {}, "edits": [], **attrs}

    def to_internal_value(self, data: Any) -> Any:
        # Either may be all that is sent.
        if isinstance(data, Mapping) and not {"blocks", "edits"} & set(data):
            self.fields["blocks"].required = True
        return super().to_internal_value(data)
