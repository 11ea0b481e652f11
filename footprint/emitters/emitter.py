"""What an emitter is: one format of a document that travels with a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TextIO

from footprint.emitters.stated import Stated
from footprint.emitters.view import View


class Options(NamedTuple):
    """How a document is made.

    Attributes:
        lang: `en` or `fr`, where the format has words.
        spec: version of the format (`1.6`, `1.7`); None: the emitter's own choice.
        force: replace what another tool wrote in the same place.
    """

    lang: str = "en"
    spec: str | None = None
    force: bool = False


class Render(Protocol):
    """Writes a new document."""

    def __call__(self, view: View, out: TextIO, options: Options = Options(), /) -> None:  # noqa: B008
        """Raises UsageError where the format cannot hold what the view says."""


class Merge(Protocol):
    """Puts the figures into an existing document and leaves everything else as it is."""

    def __call__(self, view: View, document: bytes, options: Options = Options(), /) -> bytes:  # noqa: B008
        """The new document: the same bytes where nothing changes.

        Raises UsageError for a document that it cannot read, OccupiedError (which names --force)
        where another tool wrote what would have to be replaced.
        """
        ...


class Emitter(NamedTuple):
    """One format.

    Attributes:
        name: what `--format` calls it.
        suffix: of the files it writes.
        summary: its line in the documentation.
        render: writes a new document.
        merge: merges into an existing one; None where the format cannot.
        read: the figures that a document states; None where it cannot be read back.
        languages: of its words.
        specs: versions of the format, the preferred one first; empty where there is one only.
        left_out: what of a view its documents do not show, a line each; None where they say so
            themselves, or where nothing more can be said than which figures are not known.
    """

    name: str
    suffix: str
    summary: str
    render: Render
    merge: Merge | None = None
    read: Callable[[bytes], Sequence[Stated]] | None = None
    languages: tuple[str, ...] = ("en",)
    specs: tuple[str, ...] = ()
    left_out: Callable[[View], Sequence[str]] | None = None
