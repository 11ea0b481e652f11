"""Pages in this process, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from footprint.pages.page import Page
from footprint.pages.tasks import Task, pages_of


class LocalEngine:
    """Makes pages where it is."""

    def pages(self, tasks: Sequence[Task]) -> Iterator[Page]:
        """The page of each task, in their order."""
        return pages_of(tasks)
