"""How the energy of an activity came about, in the about 100 words that the form recommends.

Every part that comes from outside is cut to a few words, so that the whole stays between 80 and
130 of them in each language; what is cut here is told in full elsewhere in the document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from footprint.emitters.eu_ai_act.entry import bounds
from footprint.emitters.view import Hardware, Stage, View
from footprint.estimators.quantity import Quantity
from footprint.words import Words, words

#: Of a name, so many words; of names and of method tiers, so many.
NAME_WORDS, NAMES, TIERS = 4, 2, 2


def methodology(view: View, stage: Stage, energy: Quantity, w: Words) -> str:
    """The paragraph on a stage's energy.

    Args:
        energy: in MWh.
        w: words of the domain `eu`.
    """
    start, end = view.period_of(stage)
    low, _, high = bounds(energy, w)
    return w(
        "methodology",
        tool=_cut(view.tool),
        hardware=hardware(stage.hardware, w),
        start=w.instant(start) or w("not_known"),
        end=w.instant(end) or w("not_known"),
        tiers=tier_shares(stage.tiers, w),
        kind=words(w.lang, "kinds").get(f"kind.{stage.kind}", stage.kind).lower(),
        interval=w("exact") if energy.low == energy.high else w("interval", low=low, high=high),
    )


def tier_shares(tiers: Mapping[str, float], w: Words) -> str:
    """`measured by a hardware counter 75 %; ...`: the largest shares first, the rest in one."""
    kinds = words(w.lang, "kinds")
    shares = sorted(tiers.items(), key=lambda each: -each[1])
    said = [
        f"{kinds.get(f'tier.{tier}', tier)} {w.number(100 * share)} %"
        for tier, share in shares[:TIERS]
    ]
    rest = sum(share for _, share in shares[TIERS:])
    if rest:
        said.append(f"{w('other_tiers')} {w.number(100 * rest)} %")
    return w("joint").join(said) or w("not_known")


def hardware(devices: Sequence[Hardware], w: Words) -> str:
    """`8 x NVIDIA H100, 2 x AMD EPYC 9654`: the most frequent first."""
    counts: dict[str, int] = {}
    for each in devices:
        counts[_cut(each.name)] = counts.get(_cut(each.name), 0) + 1
    first = sorted(counts.items(), key=lambda each: -each[1])
    said = ", ".join(f"{count} x {name}" for name, count in first[:NAMES])
    more = sum(count for _, count in first[NAMES:])
    if more:
        said += w("more_devices", count=w.count(more))
    return said or w("no_devices")


def _cut(name: str) -> str:
    parts = name.split()
    return " ".join(parts[:NAME_WORDS]) + (" ..." if len(parts) > NAME_WORDS else "")
