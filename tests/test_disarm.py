"""What a student wrote or put out is shown with the instructor's rights: it stays readable, and nothing in it acts."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import nbgrader
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbconvert.exporters import HTMLExporter
from nbconvert.filters import strip_files_prefix
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

from autograder.disarm import LARGEST_TOGETHER, TAGS, disarm
from autograder.prose import LARGEST_RENDERED
from autograder.release import student_notebook

LAB = "01_self_attention"
TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"
BOOTSTRAP = TEMPLATES.parent / "static" / "node_modules" / "bootstrap" / "dist" / "css"
ADDRESS = re.compile(r"https?://|mailto:|#")
BEGUN, ENDED = "what the student wrote begins", "and ends"

NASTY = [
    "[x](javascript:alert(1))",
    "[x](&#106;avascript&colon;alert(1))",
    "[x](java&NewLine;script:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](JaVaScRiPt:alert(1) 'title')",
    "[x](%6aavascript:alert(1))",
    "[x](files/javascript:alert(1))",
    "[x](/files/javascript:alert(1))",
    '<a href="files/javascript:alert(1)">x</a>',
    "[x](/hub/logout) [x](//example.org) [x](../../formgrader)",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "[r]\n\n[r]: <data:text/html,<script>alert(1)</script>>",
    "<javascript:alert(1)>",
    "![x](https://example.org/seen.png)",
    "![x](javascript:alert(1)) ![y](attachment:none.png) ![z](data:image/svg+xml,<svg/onload=alert(1)>)",
    "[![x](http://example.org/seen.png)](vbscript:x)",
    "<img src=x onerror=alert(1)> <svg/onload=alert(1)> <math href='javascript:alert(1)'>x</math>",
    "<form action=x><input><button formaction='javascript:alert(1)'>x</button></form><iframe src=x></iframe>",
    "<div>&#10;&#10;[x](javascript:alert(1))&#10;&#10;</div>",
    "<div>&NewLine;&NewLine;[x](javascript:alert(1))</div>",
    "<div>\r\r[x](javascript:alert(1))\r\r<script>alert(1)</script>\r\r</div>",
    "<div>\x0b\n\x0c\n[x](javascript:alert(1))\x85\x85[x](javascript:1)\u2028\u2029[x](javascript:2)</div>",
    "</div></div></div>\n\n[x](javascript:alert(1))",
    "<pre></pre>\n\n[x](javascript:alert(1))\n\n</pre><pre>",
    "```\n</code></pre>\n\n[x](javascript:alert(1))\n```",
    "```mermaid\nclick a href 'javascript:alert(1)'\n```",
    '<p title="\n\n[x](javascript:alert(1))\n\n">x</p>',
    "<p title='\"><script>alert(1)</script>'>x</p>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &amp;lt;script&amp;gt;",
    "<!-- \n\n--><script>alert(1)</script><!--",
    "<![CDATA[\n\n]]><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<style>@import 'http://example.org/seen.css';</style><link rel=stylesheet href=x><base href='javascript:/'>",
    "<b style='cursor:url(http://example.org/seen.png),auto'>x</b><b style='cursor:u\\72l(http://example.org)'>x</b>",
    "<b style='color: \"&quot; ; position: fixed; x: \"'>x</b>",
    "$$\n\n[x](javascript:alert(1))\n\n$$ $<img src=x onerror=alert(1)>$",
    "\\begin{x}\n\n<script>alert(1)</script>\n\n\\end{x}",
    "| a |\n|---|\n| [x](javascript:alert(1)) |",
    "- [ ] [x](javascript:alert(1))\n- [x] <input autofocus onfocus=alert(1)>",
    "a\n: [x](javascript:alert(1))",
    "# [x](javascript:alert(1))",
    "~~[x](javascript:alert(1))~~ **[x](javascript:alert(1))** `[x](javascript:alert(1))`",
    "<div class='tex2jax_process full-credit' id='test_causal_mask'>x</div>",
    "[x](javascript:alert(1))" + "a" * LARGEST_RENDERED,
]


def shown(*cells: NotebookNode) -> list[NotebookNode]:
    nb = new_notebook(cells=list(cells))
    disarm(nb, LAB)
    return nb.cells


def text(source: str) -> str:
    return shown(new_markdown_cell(source))[0].source


def rendered(source: str) -> str:
    """As the templates of formgrader and the feedback pages do it."""
    return strip_files_prefix(MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(source))


class Found(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def assert_harmless(html: str) -> None:
    for tag, attributes in Found(html).tags:
        assert tag in TAGS, html
        allowed = {"style", "title", "open", "start", "href", "alt"} | ({"class"} if tag == "div" else set())
        assert attributes.keys() <= allowed, html
        assert attributes.get("class", "tex2jax_ignore") == "tex2jax_ignore"
        assert "href" not in attributes or (tag == "a" and ADDRESS.match(attributes["href"])), html
        style = re.sub(r'"[^"]*"', "", attributes.get("style", ""))  # what CSS quotes is only text
        assert not re.search(r"url|image|position|\\", style), html


@pytest.mark.parametrize("source", NASTY, ids=range(len(NASTY)))
def test_no_text_acts_when_it_is_rendered_again(source: str) -> None:
    kept = text(source)
    assert "\n" not in kept
    assert_harmless(rendered(kept))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*NASTY[:-1], "\n\n", "\n", "> ", "- ", "1. ", "    ", "```", "$$", "&#10;", "<div>", "<pre>",
                                 "</", "`", "*", "_", "[", "](", "<", ">", '"', "'", "&", "\\", "\r", "files/", "a"]), max_size=12)
       .map("".join))  # fmt: skip
def test_rendering_adds_nothing_to_what_was_cleaned(source: str) -> None:
    kept = text(source)
    assert MarkdownWithMath(renderer=IPythonRenderer(escape=False)).render(kept).rstrip("\n") == kept
    assert_harmless(rendered(kept))


def test_nothing_acts_on_the_page_that_nbgrader_makes() -> None:
    cells = [*map(new_markdown_cell, NASTY), *map(new_raw_cell, NASTY)]
    cells += [new_code_cell("", outputs=[new_output("display_data", data={"text/html": one})]) for one in NASTY]
    exporter = HTMLExporter(
        template_name="feedback", extra_template_basedirs=[str(TEMPLATES)], extra_template_paths=[str(BOOTSTRAP)]
    )
    grades = {"notebook": "", "score": 0, "max_score": 0, "late_penalty": 0}

    def page(*between: NotebookNode) -> list[tuple[str, dict[str, str | None]]]:
        html, _ = exporter.from_notebook_node(new_notebook(cells=list(between)), {"nbgrader": grades})
        return Found(html).tags

    own = page(new_markdown_cell(""), new_raw_cell(""), new_code_cell(""))
    scripts = [tag for tag in own if tag[0] == "script"]
    tags = page(*shown(*cells))
    assert [tag for tag in tags if tag[0] == "script"] == scripts and len(tags) > len(own) + len(cells)
    assert not {tag for tag, _ in tags} & {"form", "iframe", "svg", "input", "button", "math", "object", "base"}
    for _, attributes in tags:
        assert not any(name.startswith("on") or name in ("src", "formaction") for name in attributes.keys() - {"src"})
        assert attributes.get("href") is None or ADDRESS.match(attributes["href"])
    assert [a["src"] for _, a in tags if "src" in a] == [a["src"] for _, a in own if "src" in a]
    assert not any(a.get("id") == "test_causal_mask" or "full-credit" in (a.get("class") or "") for _, a in tags)


def test_honest_notes_look_as_they_did() -> None:
    source = (
        "## Notes\n\nSome **bold**, *slanted* and ~~old~~ text, `x[0] < y`, and [a paper](https://arxiv.org/abs/1706.03762).\n\n"
        "1. one\n2. two\n\n- [x] done\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n```python\nx = [1]\n\ny = 2\n```\n\n"
        "> quoted\n\n$\\frac{a_1}{b_1} < \\sqrt{m}$ and\n\n$$\\begin{matrix} 1 & 2 \\\\ 3 & 4 \\end{matrix}$$"
    )
    page = Found(rendered(text(source)))
    names = [tag for tag, _ in page.tags]
    wanted = {"h2", "strong", "em", "del", "code", "a", "ol", "ul", "table", "th", "td", "pre", "blockquote"}
    assert wanted <= set(names) and names.count("li") == 3
    assert ("a", {"href": "https://arxiv.org/abs/1706.03762"}) in page.tags
    assert ("td", {"style": "text-align:right;"}) in page.tags and not any("class" in a for _, a in page.tags)
    for piece in ("x = [1]\n\ny = 2\n", "x[0] < y", "☑ done", "$\\frac{a_1}{b_1} < \\sqrt{m}$", "1 & 2 \\\\ 3 & 4"):
        assert piece in page.text


@pytest.mark.parametrize(
    "command",
    ["\\href{javascript:alert(1)}{m}", "\\style{color:red}{m}", "\\def\\frac{}", "\\let \\sqrt", "\\require{HTML}"],
)
def test_math_that_does_more_than_write_is_shown_as_it_was_typed(command: str) -> None:
    for spelled in (command, "".join(f"&#{ord(sign)};" for sign in command)):
        source = f"<p>${spelled}$</p>"
        output = new_output("display_data", data={"text/html": source})
        note, output = shown(new_markdown_cell(source), new_code_cell("", outputs=[output]))
        for html in (rendered(note.source), output.outputs[0].data["text/html"]):
            assert command in Found(html).text
            assert "tex2jax_ignore" in html
    assert "tex2jax_ignore" not in text("$\\left( \\deg + \\urcorner \\right) \\stylea$")


def test_the_lessons_own_text_is_left_alone() -> None:
    cells = [cell for cell in student_notebook(LAB).cells if cell.cell_type == "markdown"]
    before = [cell.source for cell in cells]
    assert [cell.source for cell in shown(*cells)] == before


def test_texts_that_are_long_or_many_are_shown_as_they_were_typed() -> None:
    long = "**a**\n\n" * LARGEST_RENDERED
    many = [new_markdown_cell("*b* " * 1000) for _ in range(LARGEST_TOGETHER // 4000 + 1)]
    first, *others = (Found(rendered(cell.source)) for cell in shown(new_markdown_cell(long), *many))
    assert first.text.strip() == long.strip() and ("strong", {}) not in first.tags
    assert ("em", {}) in others[0].tags
    assert ("em", {}) not in others[-1].tags and others[-1].text.strip() == ("*b* " * 1000).strip()


def test_a_picture_that_is_none_is_left_out() -> None:
    both = [{"image/png": "iVBORw0KGgo=\n", "text/plain": "a figure"}, {"image/png": "<" * 9, "text/plain": "a figure"}]
    (cell,) = shown(new_code_cell("", outputs=[new_output("display_data", data=data) for data in both]))
    assert [output.data for output in cell.outputs] == [both[0], {"text/plain": "a figure"}]


def test_a_text_of_nothing_but_formulas_that_never_end_is_not_rendered() -> None:
    for opening in ("\\\\[", "\\\\(", "\\begin{a}"):
        assert Found(text(f"*a* {opening * 90}")).tags[1:3] == [("p", {}), ("em", {})]
        assert Found(text(f"*a* {opening * 110}")).tags[1] == ("pre", {})


def test_an_empty_text_stays_empty() -> None:
    assert not Found(rendered(text(""))).text.strip() and "pre" not in dict(Found(rendered(text(""))).tags)
