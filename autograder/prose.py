"""What a student wrote in Markdown, rendered here, so that the result can be cleaned and no later rendering adds to it.

nbconvert renders Markdown when a page is made, after all cleaning: a link that it makes leads where the student wants.
"""

from __future__ import annotations

import re
from html import escape, unescape

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

LARGEST_RENDERED = 6_000  # characters of one text; what is above took seconds
MOST_FORMULAS = 100  # of those whose end is searched for in all that follows, which can take the cube of their number
FORMULA = re.compile(r"\\\\[(\[]|\\begin")
# Commands by which MathJax makes links, styles, classes and ids, loads parts of itself, or renames other commands.
MATH = re.compile(
    r"\\(?:href|url|style|class|cssId|data|html[A-Z][a-z]+|unicode|bbox|mmlToken|require|includegraphics"
    r"|[egx]?def|let|futurelet|csname|(?:re)?new(?:command|environment)|providecommand|DeclareMathOperator)(?![A-Za-z])"
)


def rendered(text: str) -> str | None:
    """The HTML that nbconvert would make of Markdown, not cleaned; None where that would take too long."""
    if len(text) > LARGEST_RENDERED or len(FORMULA.findall(text)) > MOST_FORMULAS:
        return None
    try:
        return MarkdownWithMath(renderer=_Plain(escape=False, exclude_anchor_links=True)).render(text)
    except Exception:  # whatever a hostile text makes its readers raise
        return None


def typed(text: str) -> str:
    """HTML that shows a text as it was typed, letter for letter."""
    return f"<pre>{escape(text)}</pre>"


def settled(html: str) -> str:
    """Clean HTML as a Markdown cell's source that every later rendering shows unchanged.

    Markdown leaves a block of HTML alone until a blank line ends it, so there is one line. Brackets are gone because
    they make links, and because nbconvert's search for links among them takes the square of their number.
    """
    for sign in "\r\n[]":
        html = html.replace(sign, f"&#{ord(sign)};")
    return f"<div>{without_commands(html)}</div>"


def without_commands(html: str) -> str:
    """The HTML, wrapped so that MathJax leaves it alone where its math has commands that do more than write."""
    return f'<div class="tex2jax_ignore">{html}</div>' if MATH.search(unescape(html)) else html


class _Plain(IPythonRenderer):
    """nbconvert's renderer without what cleaning would turn into visible tags, or leave an empty picture of."""

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre><code>{escape(code)}</code></pre>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"[picture: {text}]"

    def task_list_item(self, text: str, checked: bool = False) -> str:
        box, start = ("☑ " if checked else "☐ "), "<p>" * text.startswith("<p>")
        return f"<li>{start}{box}{text.removeprefix(start)}</li>\n"
