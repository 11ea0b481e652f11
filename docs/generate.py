"""Writes docs/reference/api.md from the docstrings of what `footprint` exports.

python docs/generate.py           writes the page
python docs/generate.py --check   exit 1 where the page is not what would be written
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import footprint

PAGE = Path(__file__).parent / "reference" / "api.md"

HEAD = """# Python

What `import footprint` gives. Made from the docstrings by `python docs/generate.py`; a test
compares. Settings and the environment's variables are at the end.
"""

#: The order of reading; what is not listed follows by name.
ORDER = (
    "track", "measure", "Span", "current", "propagate", "record_api_call", "configure", "flush",
    "open_ledger", "Ledger", "report", "Report", "Footprint", "Quantity",
)  # fmt: skip

#: Classes whose constructor is for users; the others are handed out.
MADE_BY_USERS = ("measure", "Quantity")


def page() -> str:
    """The page's text."""
    names = [name for name in footprint.__all__ if not name.startswith("__")]
    names.sort(key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))
    parts = [HEAD, *(entry for name in names for entry in _entry(name)), _settings()]
    return "\n".join(part.rstrip() + "\n" for part in parts)


def _entry(name: str) -> Iterator[str]:
    value = getattr(footprint, name)
    yield f"## `{name}`"
    if not inspect.isclass(value) or name in MADE_BY_USERS:
        yield f"```python\n{_signature(name, value)}\n```"
    yield _doc(value)
    if inspect.isclass(value) and not issubclass(value, BaseException):
        for method, inner in _methods(value):
            yield f"### `{name}.{method}`"
            if callable(inner):
                yield f"```python\n{_signature(method, inner)}\n```"
            yield _doc(inner)


def _methods(owner: type) -> Iterator[tuple[str, Any]]:
    """Public methods and properties; a base that has an entry of its own tells its own."""
    for base in reversed(owner.__mro__):
        told = base is not owner and base.__name__ in footprint.__all__
        if told or not base.__module__.startswith("footprint"):
            continue
        for name, value in vars(base).items():
            plain = inspect.isfunction(value) or isinstance(value, property)
            if plain and not name.startswith("_") and inspect.getdoc(value):
                yield name, value


def _signature(name: str, value: Any) -> str:
    try:
        signature = inspect.signature(value)
    except ValueError:  # a class without one
        return name
    asynchronous = "async " if inspect.iscoroutinefunction(value) else ""
    parameters = [_parameter(each) for each in signature.parameters.values() if each.name != "self"]
    if any(each.kind is each.KEYWORD_ONLY for each in signature.parameters.values()):
        first = next(
            index
            for index, each in enumerate(
                p for p in signature.parameters.values() if p.name != "self"
            )
            if each.kind in (each.KEYWORD_ONLY, each.VAR_POSITIONAL)
        )
        if not parameters[first].startswith("*"):
            parameters.insert(first, "*")
    gives = signature.return_annotation
    silent = gives is signature.empty or inspect.isclass(value)
    arrow = "" if silent else f" -> {gives}"
    line = f"{asynchronous}{name}({', '.join(parameters)}){arrow}"
    if len(line) <= 100:
        return line
    inside = "".join(f"    {each},\n" for each in parameters)
    return f"{asynchronous}{name}(\n{inside}){arrow}"


def _parameter(each: inspect.Parameter) -> str:
    stars = {each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
    kind = "" if each.annotation is each.empty else f": {each.annotation}"
    default = "" if each.default is each.empty else f" = {each.default!r}"
    if callable(each.default) and each.default is not each.empty:
        default = " = ..."
    return f"{stars}{each.name}{kind}{default}"


def _doc(value: Any) -> str:
    """A docstring as Markdown: its sections become lists, indented examples stay code."""
    lines = (inspect.getdoc(value) or "").splitlines()
    out: list[str] = []
    section = False
    for line in lines:
        head, colon, rest = line.partition(":")
        if head in ("Args", "Attributes", "Raises") and colon and not rest:
            section = True
            out += [f"**{head}**", ""]
        elif section and line.startswith("    ") and not line.startswith("     "):
            item, colon, rest = line.strip().partition(":")
            out.append(f"- `{item}`:{rest}" if colon else f"  {line.strip()}")
        elif section and line.startswith("     "):
            out.append(f"  {line.strip()}")
        else:
            section = section and not line.strip()
            out.append(line)
    return "\n".join(out)


def _settings() -> str:
    from footprint.settings import HELP, VARIABLES

    rows = [
        f"| `{name}` | {f'`{VARIABLES[name]}`' if name in VARIABLES else '-'} | {text} |"
        for name, text in HELP.items()
    ]
    return "\n".join(
        [
            "## Settings",
            "",
            "Arguments win over the environment, that over `[tool.footprint]` in the nearest",
            "`pyproject.toml`, and that over `~/.config/footprint/config.toml`.",
            "",
            "| Setting | Variable | Meaning |",
            "|---|---|---|",
            *rows,
        ]
    )


def main(arguments: list[str]) -> int:
    """Writes or compares the page; the exit code."""
    text = page()
    if "--check" in arguments:
        if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
            return 0
        sys.stderr.write(f"{PAGE} is not up to date: run python docs/generate.py\n")
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
