"""Contractual instruments of the market-based method: what was bought, and whether it counts.

Certificates (EAC, GO, REC, I-REC), contracts (PPA) and suppliers' rates claim electricity's
emission rate for one buyer. The GHG Protocol Scope 2 Guidance (WRI, 2015) lets one count only where
it meets the quality criteria of table 7.1. They are answered by the user, since no figure here can
show them; what is not answered counts as not met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.estimators.errors import EstimatorError
from footprint.estimators.quantity import Quantity
from footprint.estimators.units import checked, shown
from footprint.estimators.zones import nearest, resolve_zone

if TYPE_CHECKING:
    from datetime import date

CERTIFICATE, CONTRACT, SUPPLIER = "certificate", "contract", "supplier"

#: In the order in which the Guidance ranks them (table 6.3 [unverified: the table's number]).
KINDS = (CERTIFICATE, CONTRACT, SUPPLIER)
_SPELLINGS = {kind: kind for kind in KINDS} | {
    "eac": CERTIFICATE,
    "go": CERTIFICATE,
    "rec": CERTIFICATE,
    "i-rec": CERTIFICATE,
    "irec": CERTIFICATE,
    "ppa": CONTRACT,
    "supplier rate": SUPPLIER,
    "utility": SUPPLIER,
}


class Criterion(NamedTuple):
    """A quality criterion: its key in `criteria`, what is asked, and of which kinds."""

    key: str
    asks: str
    kinds: tuple[str, ...] = KINDS


#: Table 7.1 of the Scope 2 Guidance (2015), numbered as there, in our words.
CRITERIA = (
    Criterion("emission_rate", "conveys the emission rate of the electricity produced"),
    Criterion("unique_claim", "is the only instrument with the claim to that generation"),
    Criterion("retirement", "is tracked, and retired or cancelled for the one who reports"),
    Criterion("vintage", "is issued and redeemed close to the period of use"),
    Criterion("same_market", "comes from the market in which the electricity is used"),
    Criterion("supplier_net", "is a supplier's rate net of attributes sold on", (SUPPLIER,)),
    Criterion("claim_transfer", "transfers a generator's claims to the buyer alone", (CONTRACT,)),
    Criterion("residual_mix", "a residual mix is published, or its absence is disclosed"),
)
NOT_APPLICABLE = "n/a"

#: Yes, no, not asked of this kind; None where it was not answered.
Answer = bool | str | None


class Instrument(NamedTuple):
    """One instrument. Made by `instruments`.

    Attributes:
        name: what it is called in messages and factors; no two have the same.
        kind: certificate, contract or supplier.
        g_per_kwh: its emission rate.
        kwh: facility energy that it covers; None where `share` says it.
        share: the part of the use that it covers, 0 to 1. A supplier's rate with neither covers
            what the others leave.
        market: where it was issued: a zone's code, or the name of a market (AIB).
        since, until: first and last day of generation; None where it was not said.
        source: who issued it, certificate numbers.
        answers: to `CRITERIA`, in their order.
    """

    name: str
    kind: str
    g_per_kwh: Quantity
    kwh: float | None = None
    share: float | None = None
    market: str = ""
    since: date | None = None
    until: date | None = None
    source: str = "given"
    answers: tuple[Answer, ...] = (None,) * len(CRITERIA)

    @property
    def lacks(self) -> tuple[str, ...]:
        """The criteria that it does not meet, each with its number and why; none: it counts."""
        return tuple(
            f"{number} {criterion.key} ({'not answered' if answer is None else 'answered no'})"
            for number, (criterion, answer) in enumerate(
                zip(CRITERIA, self.answers, strict=True), start=1
            )
            if not (answer is True or (answer and self.kind not in criterion.kinds))
        )


def instruments(
    table: Iterable[Mapping[str, Any]], where: str = "instrument"
) -> tuple[Instrument, ...] | None:
    """The `[[instrument]]` tables of a file of one's own factors, checked.

    Args:
        table: one mapping for each.
        where: opens every message; the entry's number follows.

    Returns:
        The instruments; an empty tuple where a single table says `none = true` (there are none);
        None where there is no table: then it is not known whether there are any.

    Raises:
        EstimatorError: names the entry, the key, and what is allowed.
    """
    entries = list(table)
    if any("none" in entry for entry in entries):
        if len(entries) == 1 and dict(entries[0]) == {"none": True}:
            return ()
        raise EstimatorError(f"{where}: `none = true` stands alone: remove it or the others")
    found = tuple(
        _instrument(f"{where} {number}", f"instrument {number}", entry)
        for number, entry in enumerate(entries, start=1)
    )
    names = [each.name for each in found]
    for name in names:
        if names.count(name) > 1:
            raise EstimatorError(f"{where} {shown(name)} is there twice: give each its own name")
    return found or None


_KEYS = (
    *("name", "kind", "kwh", "mwh", "share", "g_per_kwh", "market", "vintage"),
    *("since", "until", "retired", "source", "criteria", "none"),
)


def _instrument(where: str, unnamed: str, entry: Mapping[str, Any]) -> Instrument:
    name = entry.get("name", unnamed)
    if not isinstance(name, str) or not name.strip():
        raise EstimatorError(f"{where}: name is {shown(name)}: give a text")
    where = f"{where} ({name})" if "name" in entry else where
    _known(where, "key", entry, _KEYS)
    kind = _SPELLINGS.get(str(entry.get("kind", "")).strip().lower())
    if kind is None:
        asked = shown(entry["kind"]) if "kind" in entry else "missing"
        raise EstimatorError(
            f"{where}: kind is {asked}: give certificate, contract or supplier "
            "(offsets are no instrument of scope 2 and are never netted)"
        )
    kwh, share = _amount(where, kind, entry)
    since, until = _generated(where, entry)
    return Instrument(
        name,
        kind,
        _rate(where, entry),
        kwh,
        share,
        _market(where, entry.get("market", "")),
        since,
        until,
        str(entry.get("source", "given")),
        _answers(where, kind, entry),
    )


def _market(where: str, given: object) -> str:
    """A country's or region's code; a market that is none (AIB, EU) as it was written."""
    if not isinstance(given, str):
        raise EstimatorError(f"{where}: market is {shown(given)}: give a text such as FRA")
    try:
        return resolve_zone(given).code
    except EstimatorError:
        return given.strip()


def _known(where: str, what: str, given: Iterable[str], known: Iterable[str]) -> None:
    for key in given:
        if key not in known:
            raise EstimatorError(
                f"{where}: {what} {shown(key)} is not known:"
                f"{nearest(str(key), {each: each for each in known})} "
                f"Use {', '.join(known)}"
            )


def _rate(where: str, entry: Mapping[str, Any]) -> Quantity:
    given = entry.get("g_per_kwh")
    if given is None:
        raise EstimatorError(f"{where}: g_per_kwh is missing: give its emission rate, 0 or more")
    bounds = given if isinstance(given, list) and len(given) == 3 else [given] * 3
    low, mid, high = (
        checked(f"{where}: g_per_kwh", value, "g CO2e per kWh", high=5_000.0) for value in bounds
    )
    return Quantity(low, mid, high, "g/kWh")


def _amount(where: str, kind: str, entry: Mapping[str, Any]) -> tuple[float | None, float | None]:
    given = [key for key in ("kwh", "mwh", "share") if key in entry]
    if len(given) > 1 or (not given and kind != SUPPLIER):
        said = " and ".join(given) + " are both given" if given else "kwh is missing"
        raise EstimatorError(f"{where}: {said}: give one of kwh, mwh or share")
    if not given:
        return None, None
    (key,) = given
    if key == "share":
        return None, checked(f"{where}: share", entry[key], "the use", high=1.0)
    amount = checked(f"{where}: {key}", entry[key], "facility energy")
    return amount * (1_000 if key == "mwh" else 1), None


def _generated(where: str, entry: Mapping[str, Any]) -> tuple[date | None, date | None]:
    from datetime import date

    if "vintage" in entry:
        if "since" in entry or "until" in entry:
            raise EstimatorError(f"{where}: vintage and since or until: give a year or a period")
        year = entry["vintage"]
        if not isinstance(year, int) or isinstance(year, bool) or not 1990 <= year <= 2200:
            raise EstimatorError(f"{where}: vintage is {shown(year)}: give a year such as 2026")
        return date(year, 1, 1), date(year, 12, 31)
    since, until = (_day(where, key, entry[key]) if key in entry else None for key in _PERIOD)
    if (since is None) != (until is None):
        raise EstimatorError(f"{where}: give both since and until, or vintage as a year")
    if since is not None and until is not None and until < since:
        raise EstimatorError(f"{where}: until {until} is before since {since}: exchange them")
    return since, until


_PERIOD = ("since", "until")


def _day(where: str, key: str, value: object) -> date:
    from datetime import date, datetime

    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise EstimatorError(
            f"{where}: {key} is {shown(value)}: give a day such as 2026-01-31"
        ) from None


def _answers(where: str, kind: str, entry: Mapping[str, Any]) -> tuple[Answer, ...]:
    given = entry.get("criteria", {})
    if not isinstance(given, Mapping):
        raise EstimatorError(
            f"{where}: criteria is {shown(given)}: give a table of answers, such as "
            "{ retirement = true }"
        )
    keys = [criterion.key for criterion in CRITERIA]
    _known(where, "criterion", given, keys)
    answers = dict(given)
    retired = answers.setdefault("retirement", entry.get("retired"))
    if "retired" in entry and retired != entry["retired"]:
        raise EstimatorError(f"{where}: retired and criteria.retirement differ: give one answer")
    for criterion in CRITERIA:
        answer = answers.get(criterion.key)
        free = kind not in criterion.kinds
        if not (answer is None or isinstance(answer, bool) or (answer == NOT_APPLICABLE and free)):
            either = f"true, false or {NOT_APPLICABLE!r}" if free else "true or false"
            raise EstimatorError(f"{where}: {criterion.key} is {shown(answer)}: answer {either}")
    return tuple(answers.get(key) for key in keys)
