"""The words of the model: what it is asked as token ids, and its answer as text.

From the files that Paddle's own loader reads (tokenizer.model, tokenizer_config.json,
chat_template.jinja), because the image's models have no tokenizer.json, which Hugging Face's wants.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import sentencepiece
from jinja2.sandbox import ImmutableSandboxedEnvironment

IMAGE = "<|IMAGE_PLACEHOLDER|>"
#: How SentencePiece writes a space.
_SPACE = "\N{LOWER ONE EIGHTH BLOCK}"
_BYTE = re.compile(r"<0x([0-9A-F]{2})>\Z")

#: How a text is made up: (characters, probability) of one token after the other.
Spans = list[tuple[int, float]]


class Prompts:
    """The tokenizer of the model in `directory`."""

    def __init__(self, directory: Path) -> None:
        self._pieces = sentencepiece.SentencePieceProcessor(
            model_file=str(directory / "tokenizer.model")
        )
        self._drops_first_space = self._learn_first_space()
        template = (directory / "chat_template.jinja").read_text(encoding="utf-8")
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        self._template = environment.from_string(template)
        self._special = self._read_special(directory)
        self._special_ids = set(self._special.values())
        self._names = {number: name for name, number in self._special.items()}
        longest_first = sorted(self._special, key=len, reverse=True)
        self._split = re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")
        self.image_id = self._special[IMAGE]

    def _learn_first_space(self) -> bool:
        """Whether SentencePiece leaves out the space before the first word: models that are trained
        with one before every text do."""
        for number in range(self._pieces.get_piece_size()):
            piece = self._pieces.id_to_piece(number)
            if len(piece) > 1 and piece.startswith(_SPACE):
                return not self._pieces.decode([number]).startswith(" ")
        return False

    def _read_special(self, directory: Path) -> dict[str, int]:
        """The tokens that are never made of pieces, by their text."""
        found = {}
        for number in range(self._pieces.get_piece_size()):
            if self._pieces.is_control(number) or self._pieces.is_unknown(number):
                found[self._pieces.id_to_piece(number)] = number
        config = json.loads((directory / "tokenizer_config.json").read_text(encoding="utf-8"))
        for number, token in config.get("added_tokens_decoder", {}).items():
            found[token["content"]] = int(number)
        return found

    def encode(self, query: str, patches: int) -> list[int]:
        """The prompt that asks `query` ("OCR:", "Table Recognition:") of a picture that the model
        sees as `patches` tokens."""
        content = [{"type": "image", "image": "placeholder"}, {"type": "text", "text": query}]
        text = self._template.render(
            messages=[{"role": "user", "content": content}], add_generation_prompt=True
        )
        ids: list[int] = []
        for part in self._split.split(text):
            if part == IMAGE:
                ids += [self.image_id] * patches
            elif part in self._special:
                ids.append(self._special[part])
            elif part:
                ids += self._pieces.encode(part)
        return ids

    def decode(
        self, ids: Sequence[int], probabilities: Sequence[float], *, special: bool
    ) -> tuple[str, Spans]:
        """The text of an answer, and which characters of it came of which token.

        `special`: special tokens are part of the text; else they are left out.
        """
        text, spans = "", Spans()
        for tokens, probability in self._group(ids, probabilities):
            if tokens[0] in self._special_ids:
                part = self._names[tokens[0]] if special else ""
            else:
                part = self._to_text(tokens)
            if not text and self._drops_first_space:
                part = part.removeprefix(" ")
            text += part
            if part:
                spans.append((len(part), round(probability, 4)))
        return text, spans

    def _group(
        self, ids: Sequence[int], probabilities: Sequence[float]
    ) -> list[tuple[list[int], float]]:
        """Each token, but the bytes of one character together, with the least probability."""
        groups: list[tuple[list[int], float]] = []
        bytes_before = False
        for number, probability in zip(ids, probabilities, strict=True):
            is_byte = number not in self._special_ids and self._pieces.is_byte(number)
            if is_byte and bytes_before:
                tokens, least = groups[-1]
                groups[-1] = ([*tokens, number], min(least, probability))
            else:
                groups.append(([number], probability))
            bytes_before = is_byte
        return groups

    def _to_text(self, tokens: list[int]) -> str:
        pieces = [self._pieces.id_to_piece(token) for token in tokens]
        if found := [_BYTE.match(piece) for piece in pieces]:
            octets = [int(match[1], 16) for match in found if match]
            if len(octets) == len(pieces):
                return bytes(octets).decode("utf-8", "replace")
        return "".join(pieces).replace(_SPACE, " ")
