"""One tick for a terminal or a pipe, drawn by rich: tables that fit the width there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from footprint.estimators.quantity import Quantity
from footprint.reports import figures as fig
from footprint.top.devices import DeviceNow
from footprint.top.view import ProgramNow, Spent, View

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

#: Of the spans of a program so many are named.
_NAMED = 3


def renderable(view: View) -> Group:
    """What rich draws."""
    from rich.console import Group
    from rich.text import Text

    parts: list[Text | Table] = [Text(each, style="bold") for each in _head(view)]
    if view.devices:
        parts.append(_devices(view.devices))
    parts.append(_programs(view.programs) if view.programs else Text("nothing is tracked now"))
    parts += [Text(f"note: {each}", style="dim") for each in view.notes]
    return Group(*parts)


def _head(view: View) -> Iterable[str]:
    since = fig.amount(view.elapsed_s, "s")
    yield f"footprint top  {view.utc.replace('T', ' ').replace('+00:00', '')} UTC  since {since}"
    power = view.power_w
    yield f"power    {fig.NOTHING if power is None else _bounded(power, 'W')}"
    yield f"so far   {_line(view.spent)}"
    yield f"an hour  {_line(view.hourly)}"


def _line(spent: Spent) -> str:
    carbon = "" if spent.carbon_g is None else f", {fig.both(spent.carbon_g)} CO2e"
    costs = "".join(f", {fig.both(amount)}" for amount in spent.cost.values())
    return f"{fig.both(spent.energy_j)}{carbon}{costs}"


def _bounded(quantity: Quantity, unit: str) -> str:
    low, mid, high = (fig.digits(each) for each in (quantity.low, quantity.mid, quantity.high))
    return f"{mid} {unit}" if low == high else f"{mid} {unit} ({low} to {high})"


def _watts(power_w: float | None) -> str:
    return fig.NOTHING if power_w is None else f"{fig.digits(power_w)} W"


def _devices(devices: Iterable[DeviceNow]) -> Table:
    table = _table("device", "host", "tier", numbers=("power", "energy"))
    for each in devices:
        number = "" if each.device.number is None else f"{each.device.number} "
        power = _watts(each.power_w) if not each.problem else each.problem
        table.add_row(
            f"{each.device.kind} {number}{each.device.name}",
            each.host,
            each.device.tier,
            power,
            fig.amount(each.energy_j, "J"),
        )
    return table


def _programs(programs: Iterable[ProgramNow]) -> Table:
    numbers = ("calls", "calls/s", "power", "energy", "CO2e", "cost")
    table = _table("program", "in flight", numbers=numbers)
    for each in programs:
        rate = fig.NOTHING if each.calls_per_s is None else fig.digits(each.calls_per_s)
        about = "" if not each.since_view else "+"
        table.add_row(
            f"{each.host}:{each.pid}" if each.pid is not None else each.host,
            _in_flight(each),
            fig.count(each.calls),
            rate,
            _watts(each.power_w),
            f"{fig.middle(each.spent.energy_j)}{about}",
            fig.middle(each.spent.carbon_g),
            ", ".join(fig.middle(amount) for amount in each.spent.cost.values()) or fig.NOTHING,
        )
    return table


def _in_flight(program: ProgramNow) -> str:
    """Spans in flight, for how long; calls that are too short to be seen, how many at once."""
    named = [
        f"{f'{each.many} x ' if each.many > 1 else ''}{each.model or each.name} ({each.kind})"
        f" {fig.amount(each.longest_s, 's')}"
        for each in program.spans
    ]
    named += [
        f"{each.model or each.name} ({each.kind}) {fig.digits(each.at_once)} at once"
        for each in program.lately
    ]
    more = len(named) - _NAMED
    shown = [*named[:_NAMED], *([f"and {more} more"] if more > 0 else [])]
    return "\n".join(shown) or "none"


def _table(*texts: str, numbers: tuple[str, ...]) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for each in texts:
        table.add_column(each, overflow="fold")
    for each in numbers:
        table.add_column(each, justify="right", overflow="fold")
    return table
