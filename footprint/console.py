"""What is said to people on stderr: one line at a time, and never an error of its own."""

from __future__ import annotations

import sys


def say(text: str, prefix: str = "footprint: ") -> None:
    """One line: what, where, what to do. Where stderr is closed, nothing."""
    write(f"{prefix}{' '.join(text.split())}\n")


def many(count: int, noun: str, plural: str = "") -> str:
    """`1 row`, `1,234 rows`.

    Args:
        plural: of the noun, where it is not made with an s.
    """
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def write(text: str) -> None:
    """Text as it is, to stderr at once. Where stderr is closed or full, nothing."""
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass  # AttributeError: Python was started without one, and sys.stderr is None
