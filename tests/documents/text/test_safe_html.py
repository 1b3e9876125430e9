"""A table that was read stays a table, and can do nothing in the browser that shows it."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.text.safe_html import MAX_LENGTH, MAX_SPAN, TAGS, sanitise_table


class Outline(HTMLParser):
    """The tags and attributes of a piece of HTML, and whether each that is opened is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.open: list[str] = []
        self.text = ""
        self.well_formed = True
        self.feed(html)
        self.close()
        self.well_formed = self.well_formed and not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {(tag, name) for name, _ in attrs}
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.well_formed = self.well_formed and bool(self.open) and self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.tags.add("comment")

    def handle_decl(self, decl: str) -> None:
        self.tags.add("declaration")


def test_a_table_as_the_model_writes_it_keeps_its_cells_and_spans() -> None:
    html = (
        '<html><body><table border=1 style="margin: auto; width: max-content;">'
        '<tr><td rowspan="2" style="text-align: center">№</td><td colspan=3>Сумма, м<sup>2</sup>'
        "</td></tr><tr><td>1<br>2</td></tr></table></body></html>"
    )

    assert sanitise_table(html) == (
        '<table><tbody><tr><td rowspan="2">№</td><td colspan="3">Сумма, м<sup>2</sup></td></tr>'
        "<tr><td>1<br>2</td></tr></tbody></table>"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<td onclick="alert(1)">x</td>',
        '<a href="javascript:alert(1)">x</a>',
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=a"',
        '<iframe srcdoc="<script>alert(1)</script>">',
        "<form action=/x><input name=y></form>",
        '<td style="background:url(//evil.example)">x</td>',
        '<td id="result_list" class="badge" data-x="1">x</td>',
        "<!-- <td> --><![CDATA[<td>]]><?php echo 1 ?>",
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    ],
)
def test_nothing_active_comes_through(hostile: str) -> None:
    for html in (hostile, f"<table><tr><td>{hostile}</td></tr></table>"):
        outline = Outline(sanitise_table(html))

        assert outline.tags <= TAGS
        assert outline.attributes == set()


def test_the_text_of_scripts_and_styles_goes() -> None:
    html = "<table><tr><td>a<script>alert(1)</script><style>td{}</style></td></tr></table>"

    assert Outline(sanitise_table(html)).text == "a"


def test_text_of_other_tags_stays() -> None:
    html = "<table><tr><td><p>Итого: <span>5 &lt; 7</span></p></td></tr></table>"

    assert sanitise_table(html) == (
        "<table><tbody><tr><td>Итого: 5 &lt; 7</td></tr></tbody></table>"
    )


def test_a_table_that_breaks_off_is_closed() -> None:
    assert sanitise_table("<table><tr><td>a<td>b<b>c") == (
        "<table><tbody><tr><td>a</td><td>b<b>c</b></td></tr></tbody></table>"
    )


@pytest.mark.parametrize("span", ["0", "1", "-3", "x", "", "1e9", "٣"])
def test_a_span_that_spans_nothing_goes(span: str) -> None:
    assert "span" not in sanitise_table(f'<table><tr><td colspan="{span}">a</td></tr></table>')


def test_a_span_is_no_larger_than_a_browser_takes() -> None:
    html = sanitise_table('<table><tr><td rowspan="99999999">a</td></tr></table>')

    assert f'rowspan="{MAX_SPAN}"' in html


@given(st.text(alphabet="<>/ ab=\"'&;tdrhsupcolni!-\n", max_size=200))
@settings(max_examples=150, deadline=None)
def test_whatever_goes_in_what_comes_out_is_well_formed_and_stays_as_it_is(html: str) -> None:
    clean = sanitise_table(f"<table><tr><td>{html}")
    outline = Outline(clean)

    assert outline.well_formed
    assert outline.tags <= TAGS
    assert sanitise_table(clean) == clean


@pytest.mark.parametrize("nested", ["<b>", "<table><tr><td>", "<table>", "<td><i>", "<sub><sup>"])
def test_tags_in_tags_without_end_take_no_one_down(nested: str) -> None:
    began = time.process_time()

    clean = sanitise_table(nested * (2 * MAX_LENGTH // len(nested)))

    assert Outline(clean).tags <= TAGS
    assert time.process_time() - began < 60
