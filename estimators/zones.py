"""Zones: where electricity is used. A country, a region of it, or a region of a cloud provider.

A zone's code is the country's ISO 3166-1 alpha-3 code, then the region's: `FRA`, `USA-CA`,
`SWE-SE3`; or the provider's and its region's: `aws:eu-west-3`. Nothing is guessed: a name that is
not known is an error with the nearest ones, never a default country.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from footprint.estimators._countries import ALIASES, FRENCH, NATIVE, countries
from footprint.estimators._regions import regions
from footprint.estimators.errors import EstimatorError
from footprint.estimators.units import shown

# Bidding zones that are known by their own name, without the country's.
_BIDDING = re.compile(r"(SE[1-4]|NO[1-5])")
_BIDDING_COUNTRY = {"SE": "SWE", "NO": "NOR"}


class Zone(NamedTuple):
    """A place whose grid has an intensity.

    Attributes:
        country: ISO 3166-1 alpha-3.
        region: the region's code or name as it was written, in capitals; empty for the country.
            Which regions there are is the grid table's to say (`grid.intensity`).
        name: the country's English name.
        cloud: the code of the cloud region (`aws:eu-west-3`), else empty; `country` and `region`
            say where it is.
    """

    country: str
    region: str
    name: str
    cloud: str = ""

    @property
    def place(self) -> str:
        """The place alone: `FRA`, `USA-CA`; of a cloud region, where it is."""
        return f"{self.country}-{self.region}" if self.region else self.country

    @property
    def code(self) -> str:
        """`FRA`, `USA-CA`, `aws:eu-west-3`: what `resolve_zone` takes back to this zone."""
        return self.cloud or self.place


def folded(text: str) -> str:
    """Lower case, without accents, dots, commas and hyphens: how names are compared."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", plain.casefold()).split())


@cache
def _index() -> tuple[dict[str, str], dict[str, str]]:
    """(folded code or name -> alpha-3, alpha-3 -> name)."""
    names: dict[str, str] = {}
    by_key = FRENCH | NATIVE | ALIASES
    for code, short, name in countries():
        names[code] = name
        by_key |= {code.lower(): code, short.lower(): code, folded(name): code}
    return by_key, names


def nearest(word: str, known: dict[str, str]) -> str:
    """` Did you mean A or B?` for a folded word and {folded: spelling}, or an empty string."""
    import difflib

    words = [key for key in known if len(key) > 2]  # two letters are near to anything
    close = difflib.get_close_matches(word, words, n=3, cutoff=0.6)
    spellings = dict.fromkeys(known[key] for key in close)
    return f" Did you mean {' or '.join(spellings)}?" if spellings else ""


def resolve_zone(text: object) -> Zone:
    """The zone that a code or name stands for, case and accents aside.

    Takes ISO alpha-3 and alpha-2 codes, English names of countries, the most used French ones and
    some in the country's own language, `COUNTRY-REGION` with any of them (`US-CA`,
    `USA-California`), states and provinces of the United States, Canada and China by their names
    alone (`California`, `Québec`; `Georgia` is the country, `USA-GA` the state), the Nordic bidding
    zones alone (`SE3`), and cloud regions with their provider (`aws:eu-west-3`,
    `azure:francecentral`, `gcp:europe-west9`).

    Raises:
        EstimatorError: not a known country or cloud region; names the nearest ones.
    """
    word = text.strip() if isinstance(text, str) else ""
    if ":" in word:
        return _cloud_zone(word)
    by_key, names = _index()
    if not word:
        raise EstimatorError(
            f"zone is {shown(text)}: give a country such as FRA, or USA-CA for a state"
        )
    if _BIDDING.fullmatch(word.upper()):
        country = _BIDDING_COUNTRY[word[:2].upper()]
        return Zone(country, word.upper(), names[country])
    key = folded(word)
    if key in by_key and not word.startswith("-"):  # "-CA" lost its country: not Canada
        return Zone(by_key[key], "", names[by_key[key]])
    if key in _states():
        country, region = _states()[key]
        return Zone(country, region, names[country])
    if provided := _provided(word):
        raise EstimatorError(
            f"zone {shown(word)} is the name of a cloud region: "
            f"give it with its provider, {' or '.join(provided)}"
        )
    for dash in reversed(list(re.finditer("-", word))):  # Guinea-Bissau-X is not of Guinea
        head, region = word[: dash.start()], word[dash.end() :].strip()
        if region and folded(head) in by_key:
            country = by_key[folded(head)]
            return Zone(country, region.upper(), names[country])
    raise EstimatorError(
        f"zone {shown(word)} is not known:{_near(key, word)} "
        "Give an ISO country code such as FRA, or USA-CA for a state"
    )


def _near(key: str, word: str) -> str:
    if re.fullmatch(r"[A-Za-z]+(-[A-Za-z]+)+-?\d+", word):  # eu-wst-3
        from footprint.estimators.cloud import near

        return near(word.casefold())
    by_key, names = _index()
    spelled = {known: f"{names[code]} ({code})" for known, code in by_key.items()}
    states = {known: f"{country}-{region}" for known, (country, region) in _states().items()}
    return nearest(key, states | spelled)


@cache
def _states() -> dict[str, tuple[str, str]]:
    """Folded names of states and provinces -> (country, region)."""
    return {folded(name): place for name, place in regions().items()}


def _cloud_zone(word: str) -> Zone:
    from footprint.estimators.cloud import locate

    found = locate(word)
    return Zone(found.country, found.subdivision, _index()[1][found.country], found.code)


def _provided(word: str) -> list[str]:
    """Cloud regions of this name: `us-east-1` is not a region `EAST-1` of the United States."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{4,}", word) or word[-1:] == "-":
        return []
    from footprint.estimators.cloud import named

    return named(word)
