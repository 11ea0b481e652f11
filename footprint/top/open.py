"""The view of this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from footprint.errors import LedgerError
from footprint.ledger.stored import journals
from footprint.ledger.stores.local import LocalStore
from footprint.probes import Machine, discover
from footprint.settings import DECLARED, Settings
from footprint.top.live import Live
from footprint.tracking.origin import host_name


def opened(ledgers: Sequence[Path], given: Mapping[str, Any], settings: Settings) -> Live:
    """The view, not started.

    Args:
        ledgers: directories; one that is not there yet is looked for again and again.
        given: declared for this view.
        settings: all that is set, with these on top.

    Raises LedgerError for a directory that is there and is no ledger.
    """
    for each in ledgers:
        if each.exists():
            if not each.is_dir():
                raise LedgerError(f"{each} is no directory: name a ledger")
            journals(LocalStore(each))
    machine = Machine(nvml_library=settings.nvml_library, replay=settings.replay)
    declared = {name: value for name, value in given.items() if name in DECLARED}
    return Live(ledgers, declared, settings, discover(machine), host_name(settings.host))
