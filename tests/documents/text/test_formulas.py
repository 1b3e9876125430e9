"""LaTeX as MathML: what a formula may become, and what never comes out of it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.text.formulas import MAX_LENGTH, latex_to_mathml


def test_a_formula_is_rendered() -> None:
    rendered = latex_to_mathml(r"$$ \frac{a}{b} = \sqrt{x_1} $$")

    assert rendered.startswith('<math display="block">')
    assert "<mfrac>" in rendered and "<msqrt>" in rendered


@pytest.mark.parametrize("latex", ["", "  ", "$$", "x" * (MAX_LENGTH + 1), r"\left( x", "{" * 999])
def test_what_is_no_formula_stays_latex(latex: str) -> None:
    assert latex_to_mathml(latex) == "" or "<math" in latex_to_mathml(latex)


@pytest.mark.parametrize(
    "latex",
    [
        r"\text{<script>alert(1)</script>}",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\href{javascript:alert(1)}{x}",
        r"</math><script>alert(1)</script>",
        r"\style{color:red}{x}",
    ],
)
def test_nothing_active_comes_out(latex: str) -> None:
    rendered = latex_to_mathml(latex)

    assert not re.search(r"<(script|img|a|style)\b|href=|javascript:|style=", rendered)


@given(st.text(st.sampled_from("\\{}_^&<>\"'ax1 frac"), max_size=30))
def test_any_input_is_answered_with_math_or_nothing(latex: str) -> None:
    rendered = latex_to_mathml(latex)

    assert set(re.findall(r"</?([a-z]+)", rendered)) <= {
        "math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mrow", "mspace",
        "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder",
        "munderover", "mpadded", "mphantom", "mroot",
    }  # fmt: skip
