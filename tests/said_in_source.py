"""The sentences that a source file can say: its string literals, as texts with sample values.

A literal counts as a sentence where it has two words or more. Left out are docstrings, the texts
of errors (`raise`, but for errors that end up in reports), and whatever never leaves the program
(keys, comparisons).
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import NamedTuple

import footprint

#: Errors whose text a report repeats.
REPEATED = ("SourceUnavailable", "Down", "Refused", "ReadError", "NvmlAbsentError", "_missing")

#: What holes are filled with: a number, a name, a sentence of the catalogue, nothing.
SAMPLES = ("7", "Xy-1", "the nearest price in time", "")

HOLE = "\0"
_WORDS = re.compile(r"[A-Za-z]{2,}")


class Literal(NamedTuple):
    """A string literal: where, and its text with `HOLE` for each value."""

    line: int
    text: str

    def samples(self) -> Iterator[str]:
        """The text with sample values, in all combinations."""
        parts = self.text.split(HOLE)
        for values in product(SAMPLES, repeat=len(parts) - 1):
            filled = (a + b for a, b in zip(parts, (*values, ""), strict=True))
            yield "".join(filled)


def module_files(*packages: str) -> Iterator[tuple[str, Path]]:
    """(module's name, file) of all modules of packages of footprint."""
    root = Path(footprint.__file__).resolve().parent
    for package in packages:
        folder = root.parent / "estimators" if package == "estimators" else root / package
        for file in sorted(folder.rglob("*.py")):
            inner = file.relative_to(folder).with_suffix("").parts
            names = ("footprint", package, *(name for name in inner if name != "__init__"))
            yield ".".join(names), file


def literals(module: str, file: Path) -> list[Literal]:
    """The sentences of a module, in order; a choice in a literal gives one for each."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    known = vars(importlib.import_module(module))
    found: list[Literal] = []
    _Reader(known, found).visit(tree)
    return list(dict.fromkeys(found))


class _Reader(ast.NodeVisitor):
    """Collects the literals of a tree.

    A variable of a function that is given only literals, and stands in another literal, counts as
    a part of that one.
    """

    def __init__(self, known: dict[str, object], found: list[Literal]) -> None:
        self._known, self._found = known, found
        self._parts: dict[str, list[str]] = {}

    def _function(self, node: ast.FunctionDef) -> None:
        before, self._parts = self._parts, {}
        in_holes = {
            name.id
            for each in ast.walk(node)
            if isinstance(each, ast.FormattedValue)
            for name in ast.walk(each.value)
            if isinstance(name, ast.Name)
        }
        given: dict[str, list[list[str] | None]] = {}
        for each in ast.walk(node):
            choices = None
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name):
                choices = self._choices(each.value)
            for name in _given(each):
                if name in in_holes:
                    given.setdefault(name, []).append(choices)
        for name_, values in given.items():
            if all(value is not None for value in values):
                self._parts[name_] = [text for value in values for text in value or ()]
        self.generic_visit(node)
        self._parts = before

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.Raise) and not _is_repeated(node):
            return
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node, ast.Compare | ast.Subscript | ast.arguments):
            return
        if isinstance(node, ast.FunctionDef):
            self._function(node)
            return
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(target, ast.Name) and target.id in self._parts:
            return
        if isinstance(node, ast.expr) and (texts := self._texts(node)) is not None:
            for text in texts:
                if len(_WORDS.findall(text)) > 1 and re.search(r"\w[,;:)'`]* +[\w('`]", text):
                    self._found.append(Literal(node.lineno, text))
            self._inside(node)
            return
        self.generic_visit(node)

    def _inside(self, node: ast.AST) -> None:
        """Literals in the holes of a literal."""
        for each in ast.walk(node):
            if isinstance(each, ast.FormattedValue) and self._choices(each.value) is None:
                self.visit(each.value)

    def _texts(self, node: ast.expr) -> list[str] | None:
        """What a literal, or a sum with one in it, can be; None for other expressions."""
        if isinstance(node, ast.Constant):
            return [node.value] if isinstance(node.value, str) else None
        if isinstance(node, ast.JoinedStr):
            parts = [
                self._choices(part.value) or [HOLE]
                if isinstance(part, ast.FormattedValue)
                else [str(part.value)]  # type: ignore[attr-defined]
                for part in node.values
            ]
            return ["".join(each) for each in product(*parts)]
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = self._choices(node.left), self._choices(node.right)
            if sides == (None, None):
                return None
            left, right = (side or [HOLE] for side in sides)
            return [a + b for a, b in product(left, right)]
        return None

    def _choices(self, node: ast.expr) -> list[str] | None:
        """A hole's texts where they can be seen: a choice of literals, a constant."""
        if isinstance(node, ast.IfExp):
            sides = self._choices(node.body), self._choices(node.orelse)
            return None if None in sides else [*(sides[0] or ()), *(sides[1] or ())]
        if isinstance(node, ast.Name) and node.id in self._parts:
            return self._parts[node.id]
        if isinstance(node, ast.Name) and isinstance(self._known.get(node.id), str):
            return [str(self._known[node.id])]
        return self._texts(node)


def _given(node: ast.AST) -> Iterator[str]:
    """The names that a statement gives a value."""
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.For | ast.NamedExpr):
        targets = [node.target]
    else:
        return
    for each in (inner for target in targets for inner in ast.walk(target)):
        if isinstance(each, ast.Name):
            yield each.id


def _is_repeated(node: ast.Raise) -> bool:
    error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(error, ast.Name) and error.id in REPEATED
