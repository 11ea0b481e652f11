"""What a process spent: of devices and of API models, from one instant to another."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from footprint.budgets.entries import Limit
from footprint.budgets.figures import KEYS
from footprint.budgets.limits import Prices, judged, unknown
from footprint.ledger import format as fmt
from footprint.settings import resolve
from footprint.tracking.site import PATHS, Site
from footprint.tracking.spending import Spending, Sums, between

S = 1_000_000_000
GPU = {
    "type": "device",
    "number": 0,
    "id": "GPU-1",
    "kind": "gpu",
    "name": "Test GPU",
    "scope": "gpu",
    "gain_low": 0.95,
    "gain_high": 1.05,
}


@pytest.fixture
def path() -> int:
    """A path of calls of a provider."""
    site = Site("ask", "api", "gpt-4o", tags={"provider": "openai"})
    return site.path_under(0)


def begun(*records: dict[str, Any]) -> Spending:
    made = Spending()
    made.begin(SimpleNamespace(known=list(records)))  # type: ignore[arg-type]
    return made


def rows(path: int, *calls: dict[str, float]) -> dict[Any, list[tuple[Any, ...]]]:
    """A batch of calls, their tokens by the numbers of NAMES."""
    spans = [(seq, 0, path, 0, 0, 0, S, S) for seq, _ in enumerate(calls, start=1)]
    units = [
        (seq, list(NAMES).index(name), amount)
        for seq, call in enumerate(calls, start=1)
        for name, amount in call.items()
    ]
    return {fmt.SPAN: spans, fmt.UNIT: units}


NAMES = ("tokens_in", "tokens_out", "cached_tokens_in", "reasoning_tokens", "items")
NAMED = [{"type": "name", "id": at, "name": name} for at, name in enumerate(NAMES)]


def test_a_limit_counts_from_where_it_began(path: int) -> None:
    made = begun(GPU, *NAMED)
    made.take({fmt.POINT: [(0, 0, 0, 0, 0), (0, 0, 0, S, 2_000_000)]}, [])
    first = made.sums()
    made.take({fmt.POINT: [(0, 0, 0, 3 * S, 12_000_000)]}, [])
    made.take(rows(path, {"tokens_in": 100, "tokens_out": 5}, {"tokens_in": 1, "items": 3}), [])
    spent = between(first, made.sums())
    assert spent.energy_j is not None
    assert spent.energy_j.mid == 10.0
    assert (spent.energy_j.low, spent.energy_j.high) == pytest.approx((9.5, 10.5))
    assert spent.held_s == {"Test GPU": 2.0}
    (use,) = spent.apis
    assert use[:7] == ("gpt-4o", "openai", 101.0, 5.0, 0.0, 0.0, 2)
    assert between(Sums(), made.sums()).energy_j.mid == 12.0  # type: ignore[union-attr]


def test_nothing_metered_is_not_nothing_used(path: int) -> None:
    made = begun(GPU, *NAMED)
    first = made.sums()
    assert between(first, made.sums()).energy_j is None
    made.take(rows(path, {"items": 1}), [])
    assert between(first, made.sums()).untold == 1


def test_what_an_earlier_session_spent_stays_counted(path: int) -> None:
    made = begun(GPU, *NAMED)
    made.take({fmt.POINT: [(0, 0, 0, 0, 0), (0, 0, 0, S, 2_000_000)]}, [])
    made.take(rows(path, {"tokens_in": 7}), [])
    made.begin(SimpleNamespace(known=[GPU, *NAMED]))  # type: ignore[arg-type]
    made.take({fmt.POINT: [(0, 0, 0, 9 * S, 50_000_000), (0, 0, 0, 10 * S, 51_000_000)]}, [])
    made.take(rows(path, {"tokens_in": 3}), [])
    spent = between(Sums(), made.sums())
    assert spent.energy_j is not None
    assert spent.energy_j.mid == 3.0  # what was used between the two nobody saw
    assert (spent.apis[0].tokens_in, spent.apis[0].calls) == (10.0, 2)


def test_folds_count_as_many_calls(path: int) -> None:
    made = begun(GPU, *NAMED)
    fold = (1, 0, path, 0, 0, 0, S, S, 40, S, S, S)
    made.take({fmt.FOLD: [fold], fmt.UNIT: [(1, 1, 800.0)]}, [])
    (use,) = between(Sums(), made.sums()).apis
    assert (use.calls, use.tokens_out) == (40, 800.0)


def test_prices_are_those_that_the_process_declared(
    path: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    made = begun(GPU, *NAMED)
    made.take({fmt.POINT: [(0, 0, 0, 0, 0), (0, 0, 0, S, 3_600_000_000)]}, [])
    spent = between(Sums(), made.sums())
    given = {"carbon_intensity_g_per_kwh": 50, "tariff_usd_per_kwh": "0.2", "pue": 1.5}
    priced = Prices(resolve(given, environ={}), 1_795_345_200 * S, [GPU]).of(spent)
    assert priced.amounts.carbon_location_g is not None
    assert priced.amounts.carbon_location_g.mid == pytest.approx(0.075)
    assert priced.amounts.cost_usd is not None
    assert priced.amounts.cost_usd.mid == pytest.approx(0.0003)
    kept, over = (
        judged("job", Limit(KEYS["max_g"], amount), priced) for amount in (0.0751, 0.0749)
    )
    assert kept is None
    assert over is not None
    assert over.rests_on == ("grid intensity: 50 g/kWh, given", "PUE: 1.5, given")
    assert "limit 'job' of 0.0749 g is exceeded: carbon of this process is 0.075" in over.text
    nothing = Prices(resolve({}, environ={}), 1_795_345_200 * S, [GPU]).of(spent)
    why = unknown("", Limit(KEYS["max_usd"], 1.0), nothing.gaps)
    assert why.startswith("limit max_usd cannot be checked: neither an electricity tariff")


def test_paths_are_those_of_this_process(path: int) -> None:
    assert PATHS[path][1].kind == "api"
