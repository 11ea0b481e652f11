"""Standing between a child and those who send signals: it ends, stops and goes on as if alone.

Child and parent share a process group, so what the terminal sends (Ctrl-C, Ctrl-\\, Ctrl-Z, a
window that changed) reaches the child by itself. What was sent to this process alone is passed on.
Who sent a signal is told by the kernel to those who wait for it (`sigwaitinfo`); handlers are not
told, so there are none: everything is blocked and taken in one loop.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import NamedTuple, NoReturn

from footprint.run import children

#: Passed on: all that can be caught and that another process may want to send. Not those that a
#: process's own faults and limits raise.
_NAMES = "HUP INT QUIT TERM USR1 USR2 ALRM WINCH CONT TSTP TTIN TTOU URG IO PWR INFO"

#: From the terminal, where the system does not say who sent a signal.
_KEYBOARD = {"SIGINT", "SIGQUIT", "SIGTSTP", "SIGWINCH", "SIGTTIN", "SIGTTOU", "SIGINFO"}


class Ended(NamedTuple):
    """How the child ended: by exit code, or by signal (else 0)."""

    code: int
    signal: int = 0

    @property
    def ok(self) -> bool:
        """Whether it ended with exit code 0."""
        return not (self.code or self.signal)


class Held(NamedTuple):
    """Signals that are blocked and waited for, and the mask as it was before."""

    watched: frozenset[int]
    mask: frozenset[int]


def hold() -> Held:
    """Blocks what is to be passed on, from now on, in this thread and those it starts.

    What is ignored now (nohup, a shell's background job) stays ignored, for parent and child.
    """
    names = [f"SIG{name}" for name in _NAMES.split()]
    found = {int(getattr(signal, name)) for name in names if hasattr(signal, name)}
    if hasattr(signal, "SIGRTMIN"):
        found |= set(range(signal.SIGRTMIN, signal.SIGRTMAX + 1))
    watched = {each for each in found if signal.getsignal(each) is not signal.SIG_IGN}
    # Some systems discard what is ignored by default even while it is blocked; and where our own
    # parent ignores SIGCHLD, the child's exit code would be lost.
    for each in (signal.SIGCHLD, signal.SIGCONT, signal.SIGWINCH, signal.SIGURG):
        if each == signal.SIGCHLD or each in watched:
            signal.signal(each, _nothing)
    watched.add(signal.SIGCHLD)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    return Held(frozenset(watched), frozenset(mask))


def _nothing(number: int, frame: object) -> None:
    """Never called: the signal is blocked."""


class Relay:
    """Waits for a child, passing on what is sent to this process.

    Args:
        child: its pid.
        held: what `hold` gave, before the child was started.
    """

    def __init__(self, child: int, held: Held) -> None:
        self._child = child
        self._held = held
        self._stopped = False
        self._resumed = False
        self._ended: Ended | None = None

    def wait(self) -> Ended:
        """Returns when the child has ended; what it left running is not waited for."""
        while self._ended is None:
            number, sender, by_kernel = _next(self._held.watched)
            if number == signal.SIGCHLD:
                self._look()
            elif number == signal.SIGCONT:
                self._continue(sender, by_kernel)
            elif self._is_for_child(number, sender, by_kernel):
                self._send(number)
        return self._ended

    def _is_for_child(self, number: int, sender: int, by_kernel: bool) -> bool:
        """Whether the child did not get it already, and was not the one who sent it."""
        if by_kernel:
            # A terminal that hangs up tells the session's leader alone.
            return number == signal.SIGHUP and os.getsid(0) == os.getpid()
        return not _descends(sender)

    def _send(self, number: int) -> None:
        try:
            os.kill(self._child, number)
        except ProcessLookupError:
            pass  # it ended, and SIGCHLD is about to say so
        except PermissionError:
            pass  # it runs as another user (sudo)

    def _look(self) -> None:
        """Takes every child's news: ours ended or stopped; orphans that we adopted ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED | os.WCONTINUED)
            except ChildProcessError:
                return
            if not pid:
                return
            if pid != self._child:
                continue
            if os.WIFSTOPPED(status):
                self._stopped = True
                self._suspend(os.WSTOPSIG(status))
            elif os.WIFCONTINUED(status):
                self._stopped = False
            elif os.WIFSIGNALED(status):
                self._ended = Ended(0, os.WTERMSIG(status))
            else:
                self._ended = Ended(os.WEXITSTATUS(status))

    def _suspend(self, number: int) -> None:
        """Stops as the child did, so that the shell sees its job stopped; returns when resumed."""
        if number != signal.SIGSTOP:
            signal.signal(number, signal.SIG_DFL)
        # Still blocked, it becomes one with the terminal's own, which may be waiting already.
        os.kill(os.getpid(), number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        signal.pthread_sigmask(signal.SIG_BLOCK, self._held.watched)
        self._resumed = True

    def _continue(self, sender: int, by_kernel: bool) -> None:
        """SIGCONT came. After a stop it went to the whole group as a rule, but not always."""
        resumed, self._resumed = self._resumed, False
        self._look()
        for _ in range(5):
            if not self._stopped:
                break
            time.sleep(0.002)
            self._look()
        if self._stopped or not (resumed or by_kernel or _descends(sender)):
            self._send(signal.SIGCONT)


def _next(watched: frozenset[int]) -> tuple[int, int, bool]:
    """The next signal: its number, its sender's pid, and whether the kernel sent it."""
    if sys.platform == "linux":
        info = signal.sigwaitinfo(watched)
        return info.si_signo, info.si_pid, info.si_code > 0
    number = signal.sigwait(watched)
    return number, 0, signal.Signals(number).name in _KEYBOARD and _in_foreground()


def _in_foreground() -> bool:
    for stream in range(3):
        try:
            return os.tcgetpgrp(stream) == os.getpgrp()
        except OSError:
            continue
    return False


def _descends(pid: int) -> bool:
    """Whether a process is below this one: what the tree sends to its own group is not for us."""
    own = os.getpid()
    seen: set[int] = set()
    while pid > 0 and pid not in seen:
        if pid == own:
            return True
        seen.add(pid)
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - no need for a Path
                pid = int(file.read().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            return False
    return False


def hurry(held: Held, ended: Ended) -> None:
    """From now on a key or signal that asks for an end gets it at once, as the child ended.

    What came while the child was still there was meant for it.
    """
    if hasattr(signal, "sigtimedwait"):
        while signal.sigtimedwait(held.watched, 0) is not None:
            pass
    asking = {signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP} & held.watched

    def leave(number: int, frame: object) -> None:
        if ended.signal:
            die_of(ended.signal)
        os._exit(ended.code)

    for each in asking:
        signal.signal(each, leave)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, asking)


def die_of(number: int) -> NoReturn:
    """Ends this process by the signal that ended the child. Does not return."""
    children.forbid_core()
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    # Process 1 of a container is immune to signals from within.
    os._exit(128 + number)
