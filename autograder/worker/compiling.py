"""From a cell's text to code, as IPython goes about it, but no step twice, and none for cells that are known beforehand.

Most cells of a submission are the lesson's own. A warm parent learns those of all labs, and its children run what it made
of them; a cell that differs in a single character is read like any other.
"""

from __future__ import annotations

import ast
import contextlib
import warnings
from collections.abc import Iterable
from types import CodeType
from typing import Any

from IPython.core.compilerop import CachingCompiler, code_name
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell


class Compiler(CachingCompiler):
    """Keeps the last cell that was only looked at: to run it, it need not be parsed again."""

    shell: InteractiveShell | None = None  # whose cells it compiles

    def __init__(self) -> None:
        super().__init__()
        self.kept: tuple[str, int, ast.AST] | None = None
        self.trees: dict[str, tuple[int, ast.Module]] = {}  # of known cells, with the flags that they were parsed under
        self.codes: dict[ast.AST, tuple[tuple[str, str, int], CodeType]] = {}  # of their statements
        self.used: set[str] = set()

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """By what a cell says alone, as with ipykernel: its number is not known beforehand."""
        return code_name(transformed_code)

    def look_at(self, source: str) -> None:
        """Raises what is wrong with it, if it is no Python."""
        self.kept = None
        # A tree may be changed by those who work on it, and is good for one time.
        if source in self.trees and source not in self.used and not self.shell.ast_transformers:
            self.used.add(source)
            self.kept = source, *self.trees[source]
            return
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            tree = self.ast_parse(source)
        if not said:  # else it is parsed once more, and warns then
            self.kept = source, self.flags, tree

    def ast_parse(self, source: str, filename: str = "<unknown>", symbol: str = "exec") -> ast.AST:
        kept, self.kept = self.kept, None
        if kept is not None and (*kept[:2], "exec") == (source, self.flags, symbol):
            return kept[2]
        return super().ast_parse(source, filename, symbol)

    def __call__(self, source: Any, filename: str, symbol: str, *more: Any, **named: Any) -> CodeType:
        tree = isinstance(source, (ast.Module, ast.Interactive)) and len(source.body) == 1
        if tree and self.codes and not self.shell.ast_transformers:  # one may have come since the tree was looked up
            made_for, code = self.codes.get(source.body[0], (None, None))
            if made_for == (filename, symbol, self.flags):
                return code
        return super().__call__(source, filename, symbol, *more, **named)

    def learn(self, source: str) -> None:
        """Parses and compiles a cell as `InteractiveShell.run_ast_nodes` would. Left alone is one that warns, or that changes how
        later ones are compiled."""
        name, flags = self.get_code_name(source, source, 0), self.flags
        try:
            with warnings.catch_warnings(), contextlib.suppress(Warning):
                warnings.simplefilter("error")
                tree, codes = self.ast_parse(source), {}
                self.flags = awaiting = flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
                for node in tree.body:
                    last = node is tree.body[-1] and isinstance(node, ast.Expr)  # its value is shown
                    whole, symbol = (ast.Interactive([node]), "single") if last else (ast.Module([node], []), "exec")
                    codes[node] = (name, symbol, awaiting), self(whole, name, symbol)
                if self.flags == awaiting:
                    self.trees[source] = flags, tree
                    self.codes |= codes
        finally:
            self.flags = flags


class Transformer(TransformerManager):
    """IPython's own syntax (`%magic`, `!command`, `help?`) is looked for only in what is not Python without it.

    The search goes through a cell token by token, which takes longer than an ordinary cell runs.
    """

    def __init__(self, compiler: Compiler) -> None:
        super().__init__()
        self.compiler, self.usual = compiler, self.steps()
        self.known: dict[str, str] = {}

    def steps(self) -> list[Any]:
        return [*self.cleanup_transforms, *self.line_transforms, *self.token_transformers]

    def transform_cell(self, cell: str) -> str:
        if not cell[:1].isspace() and self.steps() == self.usual:
            whole = self.known.get(cell) or (cell if cell.endswith("\n") else cell + "\n")
            with contextlib.suppress(Exception):
                self.compiler.look_at(whole)
                return whole
        return super().transform_cell(cell)

    def learn(self, cells: Iterable[str]) -> None:
        """What becomes of these cells, which a warm parent's children are going to meet. Those that are no Python are left."""
        for cell in cells:
            whole = self.transform_cell(cell)
            with contextlib.suppress(SyntaxError):
                self.compiler.learn(whole)
                self.known[cell] = whole
