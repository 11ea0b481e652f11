"""A group of commands that are imported when they are used, and what errors come to.

    FootprintError      one line on stderr, its own exit code
    EstimatorError      one line, 2
    click's usage       one line, 2
    OSError             one line, 2: a file that cannot be read or written
    Ctrl-C              130
    a closed pipe       nothing, 141: as if SIGPIPE had ended it
    anything else       one line, 70: a mistake of its own; FOOTPRINT_DEBUG=1 shows where

Nothing else in the command line turns errors into exit codes.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import click

from footprint.console import say
from footprint.errors import FootprintError, nearest

USAGE, INTERNAL, INTERRUPTED, PIPE_CLOSED = 2, 70, 130, 141

#: Set to anything, it lets errors through with their traceback.
DEBUG = "FOOTPRINT_DEBUG"


class Commands(click.Group):
    """A click group over a literal table: name -> (`module:attribute`, one-line help).

    A command whose module is not there (yet, or in a cut-down install) is not listed.
    """

    def __init__(self, *args: Any, table: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the table's order."""
        return [name for name, (where, _) in self._table.items() if _exists(where)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports a command; None where there is none of this name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module, _, attribute = self._table[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but a name that is not known comes with the nearest ones."""
        name = args[0] if args else ""
        known = self.list_commands(ctx)
        if name and not name.startswith("-") and name not in known:
            hint = nearest(name, known) or f" Use one of {', '.join(known)}."
            ctx.fail(f"no such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands' lines, from the table: nothing is imported for them."""
        lines = [(name, self._table[name][1]) for name in self.list_commands(ctx)]
        if lines:
            with formatter.section("Commands"):
                formatter.write_dl(lines)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Runs the command line; every error becomes one line and an exit code.

        Returns the exit code where `standalone_mode` is False, else leaves with it.
        """
        code = self._outcome(args, prog_name or "footprint", complete_var, extra)
        if not standalone_mode:
            return code
        sys.exit(code)

    def _outcome(
        self, args: Sequence[str] | None, prog_name: str, complete_var: str | None, extra: Any
    ) -> int:
        try:
            code = super().main(args, prog_name, complete_var, standalone_mode=False, **extra)
            if sys.stdout is not None:  # it is None where the caller closed it
                sys.stdout.flush()
        except BrokenPipeError:
            return _pipe_closed()
        except (click.Abort, KeyboardInterrupt):
            return INTERRUPTED
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            return _told(error)
        return code if isinstance(code, int) else 0

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; a closed pipe is taken before click turns it into exit code 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            ctx.exit(_pipe_closed())


def _told(error: Exception) -> int:
    """Says what went wrong; gives the exit code."""
    if isinstance(error, FootprintError):
        say(str(error))
        return error.exit_code
    if isinstance(error, click.ClickException):
        text = error.format_message()
        if isinstance(error, click.UsageError) and error.ctx is not None:
            text = f"{text.rstrip('.')} (see `{error.ctx.command_path} --help`)"
        say(text[:1].lower() + text[1:])
        return USAGE
    from footprint.estimators.errors import EstimatorError

    if isinstance(error, EstimatorError):
        say(str(error))
        return USAGE
    if isinstance(error, OSError):
        # Without a name it was one of the standard streams: files are named where they are opened.
        what = error.filename or "cannot write the output"
        say(f"{what}: {error.strerror or error}: check its permissions and its disk")
        return USAGE
    say(f"a mistake of its own: {type(error).__name__}: {error} ({DEBUG}=1 shows where)")
    return INTERNAL


def _pipe_closed() -> int:
    """Whoever read our output went away: the rest goes nowhere, quietly."""
    with contextlib.suppress(OSError, ValueError):  # a test's stdout is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return PIPE_CLOSED


def _exists(where: str) -> bool:
    return find_spec(where.partition(":")[0]) is not None
