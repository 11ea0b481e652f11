"""Starting a program as a child that notices nothing of it.

The child has this process's standard streams, terminal, process group, open files, directory and
limits. Its environment is the one that was given to this process, plus what is added on purpose.
"""

from __future__ import annotations

import errno
import os
import signal
import stat
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from footprint.errors import UsageError

NOT_FOUND, NOT_EXECUTABLE = 127, 126

_SHELL = "/bin/sh"
_PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 4, 36


class NotStartedError(UsageError):
    """A command that could not be started: exit code 127 (not found) or 126 (not executable)."""

    def __init__(self, text: str, exit_code: int) -> None:
        super().__init__(text)
        self.exit_code = exit_code


def find(command: str) -> str:
    """The file that `command` names, looked up along PATH as a shell would.

    Raises NotStartedError where there is none, or none that may be executed.
    """
    if not command:
        raise NotStartedError("the command is empty", NOT_FOUND)
    names = [command]
    if os.sep not in command:
        names = [os.path.join(folder or ".", command) for folder in os.get_exec_path()]  # noqa: PTH118
    refused = ""
    for name in names:
        try:
            mode = os.stat(name).st_mode  # noqa: PTH116 - Path would drop the "./" of "./name"
        except OSError as error:
            if error.errno == errno.EACCES:
                refused = refused or f"{name}: permission denied"
            continue
        if stat.S_ISDIR(mode):
            if os.sep in command:
                refused = f"{name} is a directory, not a command"
        elif os.access(name, os.X_OK):
            return name
        else:
            refused = refused or f"{name} is not executable: chmod +x {name}"
    if refused:
        raise NotStartedError(refused, NOT_EXECUTABLE)
    where = "" if os.sep in command else ": it is not on the PATH"
    raise NotStartedError(f"there is no command {command!r}{where}", NOT_FOUND)


def environment(added: Mapping[str, str]) -> dict[str, str]:
    """This process's environment for its child, with what is added."""
    variables = dict(os.environ)
    # In the C locale Python sets LC_CTYPE for itself (PEP 538); the child was not given it.
    if variables.get("LC_CTYPE", "").upper().replace("-", "") in ("C.UTF8", "UTF8"):
        try:
            given = Path("/proc/self/environ").read_bytes().split(b"\0")
        except OSError:
            given = [b"LC_CTYPE="]
        if not any(each.startswith(b"LC_CTYPE=") for each in given):
            del variables["LC_CTYPE"]
    return {**variables, **added}


def spawn(path: str, argv: Sequence[str], variables: Mapping[str, str], mask: Iterable[int]) -> int:
    """Starts `path`; its pid. `mask`: the signals that are blocked in it.

    A script without a `#!` line is given to the shell, as `execvp` does. Raises NotStartedError.
    """
    try:
        return _spawn(path, argv, variables, mask)
    except OSError as error:
        if error.errno == errno.ENOEXEC and _is_text(path):
            return _spawn(_SHELL, [_SHELL, path, *argv[1:]], variables, mask)
        if error.errno == errno.ENOENT:  # it was there a moment ago: what its first line names?
            text = f"{path} cannot be started: it, or the interpreter it names, is not there"
            raise NotStartedError(text, NOT_FOUND) from error
        text = f"{path} cannot be started: {error.strerror}"
        raise NotStartedError(text, NOT_EXECUTABLE) from error


def become(path: str, argv: Sequence[str]) -> NoReturn:
    """Puts the program in this process's place. Raises NotStartedError."""
    variables = environment({})
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    try:
        os.execve(path, list(argv), variables)
    except OSError as error:
        if error.errno == errno.ENOEXEC and _is_text(path):
            os.execve(_SHELL, [_SHELL, path, *argv[1:]], variables)
        text = f"{path} cannot be started: {error.strerror}"
        raise NotStartedError(text, NOT_EXECUTABLE) from error


def _spawn(
    path: str, argv: Sequence[str], variables: Mapping[str, str], mask: Iterable[int]
) -> int:
    # Python ignores these two for itself. Handlers end with exec, and what was ignored before
    # Python started (nohup) stays so.
    own = [signal.SIGPIPE, signal.SIGXFSZ]
    return os.posix_spawn(path, list(argv), variables, setsigmask=list(mask), setsigdef=own)


def _is_text(path: str) -> bool:
    """Whether a file without a `#!` line may be a script: not a program for another machine."""
    try:
        with Path(path).open("rb") as file:
            return b"\0" not in file.read(512)
    except OSError:
        return False


def adopt_orphans() -> bool:
    """Descendants whose parent ends become this process's children, so that it can count them.

    Holds for those that are running already. False where the system has no such thing.
    """
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def forbid_core() -> None:
    """This process leaves no core dump: the one worth having is its child's."""
    import resource

    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    _prctl(_PR_SET_DUMPABLE, 0)  # a handler that core_pattern pipes to does not heed the limit


def _prctl(option: int, value: int) -> bool:
    if sys.platform != "linux":
        return False
    try:
        import ctypes

        zero = ctypes.c_ulong(0)
        prctl = ctypes.CDLL(None).prctl
        return bool(prctl(option, ctypes.c_ulong(value), zero, zero, zero) == 0)
    except (ImportError, OSError, AttributeError):
        return False
