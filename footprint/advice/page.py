"""Advice as tables and lists of text, which the formats for people share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from footprint.advice.view import Advice, Figure, OwnOrApi, Suggestion
from footprint.estimators.costs.break_even import ALWAYS
from footprint.estimators.errors import Gap
from footprint.estimators.factors import Factor
from footprint.estimators.quantity import Quantity
from footprint.estimators.series import Series
from footprint.reports import figures as fig
from footprint.reports.blocks import LEFT, NOTHING, RIGHT, Block, Listed, Page, of_columns
from footprint.words import Words, labelled, marked, unit, words
from footprint.words.said import said

#: Tiers that are told beside a suggestion.
_TOLD = ("observed", "predicted", "estimated")
#: Of many groups, or gaps of a kind, so many are named; JSON has them all.
NAMED = 5


def page(advice: Advice, lang: str = "en") -> Page:
    """All that is shown of advice. Raises UsageError for a language that is not there."""
    say = words(lang, "advice")
    start, end = advice.period
    head = [(say("ledger"), ", ".join(advice.ledgers))]
    if start and end:
        head.append((say("period"), say("from_to", a=say.instant(start), b=say.instant(end))))
    head.append((say("by"), say(f"by_{advice.by}")))
    if _is_rough(advice):
        head.append((fig.ABOUT, say("about")))
    return Page(say("title"), tuple(head), tuple(_blocks(advice, say, lang)), lang)


def _blocks(advice: Advice, say: Words, lang: str) -> Iterator[Block]:
    shown = advice.suggestions
    if not shown:
        yield Listed(say("suggestions"), (say("none"),))
    for name in ("carbon_g", "cost", "embodied_g"):
        known: list[tuple[int, Figure]] = [
            (number, figure)
            for number, each in enumerate(shown, start=1)
            if (figure := getattr(each, name)) is not None
        ]
        if known:
            yield of_columns(
                say(name),
                [
                    (say("number"), LEFT, [str(number) for number, _ in known]),
                    (say("now"), RIGHT, [_both(each.now, lang) for _, each in known]),
                    (say("then"), RIGHT, [_both(each.then, lang) for _, each in known]),
                    (say("saved"), RIGHT, [_both(each.saved, lang) for _, each in known]),
                    (
                        say("exceeds"),
                        LEFT,
                        [_sure(shown[number - 1], each, say) for number, each in known],
                    ),
                ],
            )
    if shown:
        rows = [_line(each, say, lang) for each in shown]
        numbers = [str(number) for number in range(1, len(shown) + 1)]
        yield Listed(
            say("what"), tuple(f"{n}. {row}" for n, row in zip(numbers, rows, strict=True))
        )
    volumes = advice.own_or_api
    if volumes:
        yield Listed(say("own_or_api"), tuple(_volume(each, say, lang) for each in volumes))
    sure = dict.fromkeys(note for each in shown for note in (each.method, *each.assumptions))
    sure |= dict.fromkeys(note for each in volumes for note in each.assumptions)
    notes = [said(lang, note) for note in sure]
    if len(shown) > 1:
        notes.insert(0, say("alone"))
    if notes:
        yield Listed(say("assumptions"), tuple(notes))
    factors = dict.fromkeys(_factor(one, say, lang) for each in shown for one in each.factors)
    factors |= dict.fromkeys(_factor(one, say, lang) for each in volumes for one in each.factors)
    if factors:
        yield Listed(say("factors"), tuple(factors))
    if advice.left_out:
        yield Listed(say("left_out_title"), (say("left_out", count=say.count(advice.left_out)),))
    if advice.gaps:
        yield Listed(say("gaps"), tuple(_gaps(advice.gaps, say, lang)))


def _gaps(gaps: Sequence[Gap], say: Words, lang: str) -> Iterator[str]:
    """What nothing can be said of; of many of a kind the first, in their order."""
    told: Counter[str] = Counter()
    for gap in gaps:
        told[gap.what] += 1
        if told[gap.what] <= NAMED:
            yield say("gap", why=said(lang, gap.why), remedy=said(lang, gap.remedy))
    rest = sum(max(0, count - NAMED) for count in told.values())
    if rest:
        yield say("more_gaps", count=say.count(rest))


def _both(quantity: Quantity, lang: str) -> str:
    """A quantity with its interval; one that is an order of magnitude has the reports' sign."""
    return (fig.ABOUT if quantity.is_rough else "") + fig.both(quantity, lang)


def _is_rough(advice: Advice) -> bool:
    """Whether a figure is shown that is an order of magnitude."""
    figures = (
        figure
        for each in advice.suggestions
        for figure in (each.carbon_g, each.cost, each.embodied_g)
        if figure is not None
    )
    return any(quantity.is_rough for figure in figures for quantity in figure)


def _sure(one: Suggestion, figure: Figure, say: Words) -> str:
    """Whether a saving is beyond doubt; of what is saved at most nothing is."""
    if figure.exceeds and one.at_most:
        return say("bound")
    return say("yes" if figure.exceeds else "no")


def _line(one: Suggestion, say: Words, lang: str) -> str:
    text = said(lang, one.what)
    text = say("at_most", text=text) if one.at_most else text
    text = say(f"tier_{one.tier}", text=text) if one.tier in _TOLD else text
    names = ["/".join(value or NOTHING for _, value in key) for key in one.groups]
    if not names:
        return text
    rest = len(names) - NAMED
    told = ", ".join(names[:NAMED]) + (f", +{rest}" if rest > 0 else "")
    return say("of_groups", text=text, groups=told)


def _volume(one: OwnOrApi, say: Words, lang: str) -> str:
    """From how many tokens a month own hardware is cheaper."""
    own = "/".join(value or NOTHING for _, value in one.group)
    found, why = one.found, said(lang, one.found.reason)
    if found.tokens_per_month is None:
        name = "own_always" if found.reason == ALWAYS else "own_never"
        return say(name, own=own, api=one.api, why=why)

    def millions(tokens: float | None) -> str:
        return say("no_limit") if tokens is None else fig.digits(tokens / 1e6, lang)

    low, mid, high = (millions(each) for each in found.tokens_per_month)
    volume = mid if low == mid == high else say("volume", low=low, mid=mid, high=high)
    text = say("own_from", own=own, api=one.api, volume=volume)
    good = found.for_good_per_month
    if good is not None and good.mid is not None and good != found.tokens_per_month:
        text = say("for_good", text=text, good=millions(good.mid))
    return say("because", text=text, why=why) if why else text


def _factor(factor: Factor, say: Words, lang: str) -> str:
    """A factor with its value, its bounds where it has some, and where it is from."""
    name = said(lang, factor.name)
    if of := factor.subject or factor.zone:
        name = say("factor_of", name=name, of=of)
    quantity = factor.quantity
    low, mid, high = (
        marked(lang, f"{each:,.6g}") for each in (quantity.low, quantity.mid, quantity.high)
    )
    value = mid if factor.unit == "1" else f"{mid} {unit(lang, factor.unit)}"
    if low != high:
        value = say("ranged", value=value, low=low, high=high)
    if isinstance(factor.value, Series):
        value = say("changing", value=value)
    source = f"{said(lang, factor.source)} {factor.version}".strip()
    year = str(factor.vintage or "")
    if year and year not in source:  # many sources name their year
        source = f"{source} ({year})".strip()
    return labelled(lang, name, f"{value}, {source}" if source else value)
