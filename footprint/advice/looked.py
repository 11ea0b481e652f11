"""What advice is looked for in, and what was asked of it: each part of the advice is given one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from footprint.accounts.opened import Ledger
from footprint.accounts.outline import Outline
from footprint.advice.view import CARBON, OwnOrApi, Suggestion
from footprint.estimators.errors import Gap
from footprint.reports.options import Options
from footprint.reports.workings import Workings
from footprint.settings import Settings


class Wanted(NamedTuple):
    """What was asked for.

    Attributes:
        zones: codes of zones to try; empty: those near the work's own.
        hardware: accelerators to try, by the table's names; empty: those that can be rented.
        precisions: of weights to try, as tables spell them; empty: those with fewer bits.
        batches: requests at once to try; empty: larger ones.
        by: what suggestions are ranked by: `carbon` or `cost`.
        within_h: how many hours later work that can wait may start.
        shift_inference: inference can wait too.
        apis: models behind APIs to try; empty: none.
    """

    zones: tuple[str, ...] = ()
    hardware: tuple[str, ...] = ()
    precisions: tuple[str, ...] = ()
    batches: tuple[float, ...] = ()
    by: str = CARBON
    within_h: int = 24
    shift_inference: bool = False
    apis: tuple[str, ...] = ()


class Looked(NamedTuple):
    """A ledger, and how it was worked out.

    Attributes:
        ledger, outline, options, settings: what the workings are of.
        of: the workings by the default groups.
        wanted: what was asked for.
    """

    ledger: Ledger
    outline: Outline
    options: Options
    settings: Settings
    of: Workings
    wanted: Wanted


#: A part of the advice: suggestions of one kind, and why there are none.
Maker = Callable[[Looked], Iterable[Suggestion | OwnOrApi | Gap]]
