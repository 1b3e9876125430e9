"""A language model that recites: what comes next depends on the last word alone.

Attention and feed-forward layers give zeros, so what reaches the output is the embedding of the
last token, and the output layer is a table of which token follows which. The chat template ends
with a marker that says what was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: What is asked for -> the words said, a token each. A token occurs once in all of them. An answer
#: that ends with `AGAIN` starts again there, without end.
Answers = Mapping[str, tuple[str, ...]]
AGAIN = "<again>"
ANSWERS: Answers = {
    "ocr": ("Sample", "▁text", "▁of", "▁a", "▁block."),
    "table": (
        "<fcel>Item",
        "<fcel>Qty",
        "<nl>",
        "<fcel>Bolt",
        "<fcel>12",
        "<nl><fcel>Nut<ecel><nl>",
    ),
    "formula": ("\\[", "E=mc^2", "\\]"),
    "seal": ("Town▁archive",),
}

#: The marker that an answer begins after.
_MARKS = {"ocr": "<|go_ocr|>", "table": "<|go_table|>", "formula": "<|go_formula|>",
          "seal": "<|go_seal|>"}  # fmt: skip
_CONTROL = (
    "<|begin_of_sentence|>", "<|IMAGE_START|>", "<|IMAGE_PLACEHOLDER|>", "<|IMAGE_END|>",
    "<|video_pad|>", *_MARKS.values(),
)  # fmt: skip
_END = 2

_TEMPLATE = """{{- '<|begin_of_sentence|>' -}}
{%- set ns = namespace(mark='<|go_ocr|>') -%}
{%- for message in messages -%}{{- 'User: ' -}}
{%- for c in message['content'] -%}{%- if c['type'] == 'image' -%}{{- '<|IMAGE_START|><|IMAGE_PLACEHOLDER|><|IMAGE_END|>' -}}{%- endif -%}{%- endfor -%}
{%- for c in message['content'] -%}{%- if c['type'] == 'text' -%}{{- c['text'] -}}
{%- if 'Table' in c['text'] -%}{%- set ns.mark = '<|go_table|>' -%}
{%- elif 'Formula' in c['text'] -%}{%- set ns.mark = '<|go_formula|>' -%}
{%- elif 'Seal' in c['text'] -%}{%- set ns.mark = '<|go_seal|>' -%}{%- endif -%}
{%- endif -%}{%- endfor -%}{{- '\\n' -}}{%- endfor -%}{{- 'Assistant: ' -}}{{- ns.mark -}}"""  # noqa: E501

_PATCH = 14


@dataclass(frozen=True)
class Sizes:
    """Of the decoder, and of the vision encoder (`v_`; `v_side`: px of the image that its places
    are learned for). `vocabulary`: tokens, those that are named and others."""

    hidden: int = 32
    heads: int = 2
    keys: int = 1
    head: int = 16
    inner: int = 32
    layers: int = 2
    v_hidden: int = 16
    v_heads: int = 2
    v_inner: int = 16
    v_layers: int = 2
    v_side: int = 56
    vocabulary: int = 0


SMALL = Sizes()
#: PaddleOCR-VL-0.9B's (its config.json): 0.94 G parameters, 3.8 GB as float32.
REAL = Sizes(1024, 16, 2, 128, 3072, 18, 1152, 16, 4304, 27, 384, 103_424)


def build(
    directory: Path, name: str, answers: Answers, sizes: Sizes = SMALL, *, by_chance: bool = False
) -> None:
    """The model `name` in Hugging Face's form.

    `by_chance`: it recites nothing; what it says depends on every pixel and every token before.
    """
    import numpy as np
    from safetensors.numpy import save_file

    directory.mkdir(parents=True, exist_ok=True)
    ids = _tokenizer(directory, answers)
    _configuration(directory, name, ids, sizes)
    weights = _weights(ids, answers, sizes, by_chance)
    save_file(
        {key: np.ascontiguousarray(value, np.float32) for key, value in weights.items()},
        str(directory / "model.safetensors"),
        metadata={"format": "pt"},
    )


def _tokenizer(directory: Path, answers: Answers) -> dict[str, int]:
    """A SentencePiece model, written by hand: exact ids, and no training."""
    from sentencepiece import sentencepiece_model_pb2 as pb

    model = pb.ModelProto()
    kinds = pb.ModelProto.SentencePiece
    pieces: list[str] = []

    def add(piece: str, kind: int, score: float = 0.0) -> None:
        pieces.append(piece)
        model.pieces.add(piece=piece, score=score, type=kind)

    add("<unk>", kinds.UNKNOWN)
    add("<s>", kinds.CONTROL)
    add("</s>", kinds.CONTROL)
    for piece in _CONTROL:
        add(piece, kinds.USER_DEFINED)
    for words in answers.values():
        for word in words:
            if word != AGAIN:
                add(word, kinds.NORMAL, -1.0)
    for character in ["▁", "\n", *(chr(code) for code in range(33, 127))]:
        if character not in pieces:
            add(character, kinds.NORMAL, -10.0)
    trainer = model.trainer_spec
    trainer.model_type = pb.TrainerSpec.BPE
    trainer.vocab_size = len(pieces)
    trainer.unk_id, trainer.bos_id, trainer.eos_id, trainer.pad_id = 0, 1, _END, -1
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = False
    model.normalizer_spec.remove_extra_whitespaces = False
    (directory / "tokenizer.model").write_bytes(model.SerializeToString())
    ids = {piece: index for index, piece in enumerate(pieces)}
    as_is = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False}
    added = {
        str(ids[piece]): {"content": piece, "special": True, **as_is}
        for piece in ("<unk>", "<s>", "</s>", *_CONTROL)
    }
    _write(directory / "tokenizer_config.json", {
        "add_bos_token": False, "add_eos_token": False, "added_tokens_decoder": added,
        "additional_special_tokens": list(_CONTROL), "bos_token": "<s>", "eos_token": "</s>",
        "unk_token": "<unk>", "pad_token": "<unk>", "model_max_length": 131072,
        "tokenizer_class": "LlamaTokenizer",
    })  # fmt: skip
    (directory / "chat_template.jinja").write_text(_TEMPLATE)
    return ids


def _configuration(directory: Path, name: str, ids: Mapping[str, int], sizes: Sizes) -> None:
    _write(directory / "config.json", {
        "architectures": ["PaddleOCRVLForConditionalGeneration"], "model_type": "paddleocr_vl",
        "vocab_size": max(len(ids), sizes.vocabulary), "hidden_size": sizes.hidden,
        "intermediate_size": sizes.inner,
        "num_hidden_layers": sizes.layers, "num_attention_heads": sizes.heads,
        "num_key_value_heads": sizes.keys, "head_dim": sizes.head, "hidden_act": "silu",
        "max_position_embeddings": 131072, "rms_norm_eps": 1e-5, "rope_theta": 500000,
        "use_bias": False, "use_cache": False, "tie_word_embeddings": False,
        "rope_scaling": {
            "mrope_section": _sections(sizes), "rope_type": "default", "type": "default",
        },
        "use_flash_attention": False, "torch_dtype": "float32",
        "image_token_id": ids["<|IMAGE_PLACEHOLDER|>"], "video_token_id": ids["<|video_pad|>"],
        "vision_start_token_id": ids["<|IMAGE_START|>"],
        "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": _END,
        "vision_config": {
            "model_type": "paddleocr_vl", "hidden_size": sizes.v_hidden,
            "intermediate_size": sizes.v_inner, "num_hidden_layers": sizes.v_layers,
            "num_attention_heads": sizes.v_heads, "num_channels": 3, "image_size": sizes.v_side,
            "patch_size": _PATCH, "hidden_act": "gelu_pytorch_tanh", "layer_norm_eps": 1e-6,
            "attention_dropout": 0.0, "spatial_merge_size": 2, "temporal_patch_size": 2,
            "tokens_per_second": 2,
        },
    })  # fmt: skip
    _write(directory / "generation_config.json", {
        "bos_token_id": 1, "eos_token_id": _END, "pad_token_id": 0, "use_cache": False,
    })  # fmt: skip
    _write(directory / "preprocessor_config.json", {
        "image_processor_type": "SiglipImageProcessor", "do_convert_rgb": True,
        "do_normalize": True, "do_rescale": True, "do_resize": True, "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3, "min_pixels": 147384, "max_pixels": 2822400, "merge_size": 2,
        "patch_size": _PATCH, "resample": 3, "rescale_factor": 1 / 255, "temporal_patch_size": 1,
    })  # fmt: skip
    (directory / "inference.yml").write_text(f"Global:\n  model_name: {name}\n")


def _sections(sizes: Sizes) -> list[int]:
    """How half of a head is parted among time, height and width."""
    half = sizes.head // 2
    return [half // 4, (half - half // 4) // 2, half - half // 4 - (half - half // 4) // 2]


def _weights(
    ids: Mapping[str, int], answers: Answers, sizes: Sizes, by_chance: bool
) -> dict[str, Any]:
    """By name, in PyTorch's order of axes."""
    import numpy as np

    random = np.random.default_rng(0)
    hidden, v_hidden = sizes.hidden, sizes.v_hidden
    queries, keys = sizes.heads * sizes.head, sizes.keys * sizes.head
    weights: dict[str, Any] = {}
    # Wide enough that what was seen and said long before still matters.
    spread = 0.4 if by_chance else 0.05

    def linear(name: str, outs: int, ins: int, *, bias: bool = True, zero: bool = False) -> None:
        values = np.zeros((outs, ins)) if zero else random.normal(0, spread, (outs, ins))
        weights[f"{name}.weight"] = values
        if bias:
            weights[f"{name}.bias"] = np.zeros(outs)

    def norm(name: str, size: int, *, bias: bool = True) -> None:
        weights[f"{name}.weight"] = np.ones(size)
        if bias:
            weights[f"{name}.bias"] = np.zeros(size)

    number = max(len(ids), sizes.vocabulary)
    embedding = random.choice([-1.0, 1.0], (number, hidden))
    weights["model.embed_tokens.weight"] = embedding
    for layer in (f"model.layers.{n}" for n in range(sizes.layers)):
        norm(f"{layer}.input_layernorm", hidden, bias=False)
        norm(f"{layer}.post_attention_layernorm", hidden, bias=False)
        linear(f"{layer}.self_attn.q_proj", queries, hidden, bias=False)
        linear(f"{layer}.self_attn.k_proj", keys, hidden, bias=False)
        linear(f"{layer}.self_attn.v_proj", keys, hidden, bias=False)
        linear(
            f"{layer}.self_attn.o_proj",
            hidden,
            sizes.heads * sizes.head,
            bias=False,
            zero=not by_chance,
        )
        linear(f"{layer}.mlp.gate_proj", sizes.inner, hidden, bias=False)
        linear(f"{layer}.mlp.up_proj", sizes.inner, hidden, bias=False)
        linear(f"{layer}.mlp.down_proj", hidden, sizes.inner, bias=False, zero=not by_chance)
    norm("model.norm", hidden, bias=False)
    if by_chance:
        linear("lm_head", number, hidden, bias=False)
    else:
        weights["lm_head.weight"] = _what_follows(ids, answers, embedding)

    vision = "visual.vision_model"
    patches = (sizes.v_side // _PATCH) ** 2
    places = f"{vision}.embeddings"
    weights[f"{places}.patch_embedding.weight"] = random.normal(
        0, 0.05, (v_hidden, 3, _PATCH, _PATCH)
    )
    weights[f"{places}.patch_embedding.bias"] = np.zeros(v_hidden)
    weights[f"{places}.position_embedding.weight"] = random.normal(0, 0.05, (patches, v_hidden))
    # The library's code has this size in it.
    weights[f"{places}.packing_position_embedding.weight"] = np.zeros((32768, v_hidden))
    for layer in (f"{vision}.encoder.layers.{n}" for n in range(sizes.v_layers)):
        norm(f"{layer}.layer_norm1", v_hidden)
        norm(f"{layer}.layer_norm2", v_hidden)
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            linear(f"{layer}.self_attn.{part}", v_hidden, v_hidden)
        linear(f"{layer}.mlp.fc1", sizes.v_inner, v_hidden)
        linear(f"{layer}.mlp.fc2", v_hidden, sizes.v_inner)
    norm(f"{vision}.post_layernorm", v_hidden)
    head = f"{vision}.head"
    weights[f"{head}.probe"] = random.normal(0, 0.05, (1, 1, v_hidden))
    weights[f"{head}.attention.in_proj_weight"] = random.normal(0, 0.05, (3 * v_hidden, v_hidden))
    weights[f"{head}.attention.in_proj_bias"] = np.zeros(3 * v_hidden)
    linear(f"{head}.attention.out_proj", v_hidden, v_hidden)
    norm(f"{head}.layernorm", v_hidden)
    linear(f"{head}.mlp.fc1", sizes.v_inner, v_hidden)
    linear(f"{head}.mlp.fc2", v_hidden, sizes.v_inner)
    norm("mlp_AR.pre_norm", v_hidden)
    linear("mlp_AR.linear_1", 4 * v_hidden, 4 * v_hidden)
    linear("mlp_AR.linear_2", hidden, 4 * v_hidden)
    return weights


def _what_follows(ids: Mapping[str, int], answers: Answers, embedding: Any) -> Any:
    import numpy as np

    head = np.zeros(embedding.shape)
    follows: dict[int, int] = {}
    for asked, words in answers.items():
        said = [ids[word] for word in words if word != AGAIN]
        last = said[0] if AGAIN in words else _END
        for one, next_one in zip([ids[_MARKS[asked]], *said], [*said, last], strict=True):
            assert one not in follows, "a token may occur once only in all answers"
            follows[one] = next_one
            head[next_one] += embedding[one]
    for one, next_one in follows.items():  # prove the table before it is used
        said = (head @ embedding[one]).argmax()
        assert said == next_one, (one, next_one)
    return head


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1))
