"""The reference of the command line, as `--help` gives it.

    python -m footprint.cli.reference > docs/reference/cli.md

A test compares the two, so that every command and option is documented.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

_HEAD = """\
# The command line

Written by `python -m footprint.cli.reference`; a test compares it with the commands.

The ledger is named by an argument or `--ledger`, else by `FOOTPRINT_LEDGER`, else it is
`./footprint-ledger`. Settings are taken from options, else from the environment
(`FOOTPRINT_ZONE`, ...), else from `[tool.footprint]` in `pyproject.toml`, else from
`~/.config/footprint/config.toml`.

Data goes to stdout, messages to stderr. Every error is one line: what, where, and what to do.

| exit code | |
|---|---|
| 0 | done |
| 1 | a check that was asked for failed |
| 2 | wrong use, or input that cannot be read |
| 70 | a mistake of footprint's own; `FOOTPRINT_DEBUG=1` shows where |
| 130 | interrupted (Ctrl-C) |
| 141 | whoever read the output went away |
| 126, 127, others | `footprint run`: the program's own, or its signal |
"""


def markdown(group: click.Group, name: str = "footprint") -> str:
    """The reference of a group's commands, and of theirs."""
    parts = [_HEAD]
    with click.Context(group, info_name=name) as ctx:
        for path, command, below in _commands(group, ctx):
            parts.append(_section(path, command, below))
    return "\n".join(parts)


def _commands(
    group: click.Group, ctx: click.Context
) -> Iterator[tuple[str, click.Command, click.Context]]:
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if command is None:
            continue
        with click.Context(command, info_name=name, parent=ctx) as below:
            yield below.command_path, command, below
            if isinstance(command, click.Group):
                yield from _commands(command, below)


def _section(path: str, command: click.Command, ctx: click.Context) -> str:
    usage = " ".join([path, *command.collect_usage_pieces(ctx)])
    lines = [f"## {path}", "", f"    {usage}", "", inspect.cleandoc(command.help or ""), ""]
    options = [param for param in command.params if isinstance(param, click.Option)]
    records = [param.get_help_record(ctx) for param in options]
    if options:
        lines += ["| option | |", "|---|---|"]
        lines += [f"| `{_cell(each[0])}` | {_cell(each[1])} |" for each in records if each]
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    from footprint.cli import main

    click.echo(markdown(main), nl=False)
