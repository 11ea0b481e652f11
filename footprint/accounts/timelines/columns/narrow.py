"""Brackets narrowed by their neighbours' over columns: as `place.narrow` does it.

`place.narrow` goes through the edges twice, up and down, and each bracket that it narrows narrows
the next. Where it is known which steps narrow, and by how many periods, that is a running maximum
of `low` and a running minimum of `high`. So the steps are guessed, the brackets worked out, and
what each step should have been from them: up to the first step that was guessed wrong, and the
bracket after it, all is as it would have come one by one. From there on what was found is the next
guess.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from footprint.accounts.timelines.place import JITTER_SHARE
from footprint.estimators.columns import Flags, Ints

#: So many steps are guessed at once: at first, at least.
_STEPS, _FEWEST = 1 << 14, 256
#: A bracket that is at most this part of a period tells where others lie.
_NARROW = 8
#: After so many guesses the rest of them is gone through one by one.
_ROUNDS = 16


class _Steps(NamedTuple):
    """Steps from edge to edge: whether they tell anything, and by how much at least and at most."""

    told: Flags
    least: Ints
    most: Ints


class _Rule:
    """How far apart edges are."""

    def __init__(self, period: float, jitter: int) -> None:
        self.period, self.jitter = period, jitter
        self.widest = period * 0.8

    def steps(self, low_a: Ints, high_a: Ints, low_b: Ints, high_b: Ints) -> _Steps:
        """What the step from each edge to the next tells."""
        count = np.rint((low_b + high_b - low_a - high_a) / 2 / self.period)
        told = (count >= 1) & (count <= 50)
        told &= (high_a - low_a + high_b - low_b) / 2 <= self.widest
        length = np.where(told, count, 0.0) * self.period
        least = (length * (1 - JITTER_SHARE)).astype(np.int64) - self.jitter
        most = (length * (1 + JITTER_SHARE)).astype(np.int64) + self.jitter
        return _Steps(told, least, most)

    def apart(self, count: int) -> tuple[int, int]:
        """How far apart edges are that are so many periods apart, at least and at most, ns."""
        least = int(count * self.period * (1 - JITTER_SHARE)) - self.jitter
        return least, int(count * self.period * (1 + JITTER_SHARE)) + self.jitter


def narrow(low: Ints, high: Ints, period: float, jitter: int) -> tuple[Ints, Ints, int]:
    """Brackets narrowed by their neighbours', and how often that contradicted what was read."""
    rule = _Rule(period, jitter)
    reach = period * (1 + JITTER_SHARE)
    low = np.maximum(low, (high - reach).astype(np.int64) - jitter)
    low, high, up = _through(low, high, rule)
    # Downwards is upwards in a mirror.
    low, high, down = _through(-high[::-1], -low[::-1], rule)
    return -high[::-1], -low[::-1], up + down


def _through(low: Ints, high: Ints, rule: _Rule) -> tuple[Ints, Ints, int]:
    """Once through the edges: each narrows the one after it, and then that one it."""
    new_low, new_high = _chain(low, high, rule)
    steps = rule.steps(new_low[:-1], new_high[:-1], low[1:], high[1:])
    ahead = _meets(new_low[:-1] + steps.least, new_high[:-1] + steps.most, low[1:], high[1:])
    # What the next one was before says no less of it than what it is now.
    back_low = np.maximum(new_low[:-1], low[1:] - steps.most)
    back_high = np.minimum(new_high[:-1], high[1:] - steps.least)
    back = back_low <= back_high
    missed = int((steps.told & ~ahead).sum() + (steps.told & ~back).sum())
    taken = steps.told & back
    new_low[:-1] = np.where(taken, back_low, new_low[:-1])
    new_high[:-1] = np.where(taken, back_high, new_high[:-1])
    return new_low, new_high, missed


def _meets(low: Ints, high: Ints, other_low: Ints, other_high: Ints) -> Flags:
    found: Flags = np.maximum(low, other_low) <= np.minimum(high, other_high)
    return found


def _chain(low: Ints, high: Ints, rule: _Rule) -> tuple[Ints, Ints]:
    """Brackets narrowed by those before them, which were narrowed by those before them."""
    low, high = low.copy(), high.copy()
    at, size, last = 0, _STEPS, len(low) - 1
    while at < last:
        end = min(at + size, last)
        rounds = _window(low[at : end + 1], high[at : end + 1], rule)
        size = max(_FEWEST, size // 2) if rounds == _ROUNDS else size * 2
        at = end
    return low, high


def _window(low: Ints, high: Ints, rule: _Rule) -> int:
    """Some brackets narrowed, in place, of which the first is as it comes out; in how many rounds.

    Brackets behind those that are done are as they were read.
    """
    last = len(low) - 1
    guess = rule.steps(*_expected(low[:-1], high[:-1], rule), low[1:], high[1:])
    at = rounds = 0
    while at < last and rounds < _ROUNDS:
        rounds += 1
        own_low, own_high = low[at:], high[at:]
        new_low, new_high = _guessed(own_low, own_high, guess)
        steps = rule.steps(new_low[:-1], new_high[:-1], own_low[1:], own_high[1:])
        low_b, high_b = new_low[:-1] + steps.least, new_high[:-1] + steps.most
        steps = steps._replace(told=steps.told & _meets(low_b, high_b, own_low[1:], own_high[1:]))
        wrong = steps.told != guess.told
        wrong |= steps.told & ((steps.least != guess.least) | (steps.most != guess.most))
        right = int(wrong.argmax()) if wrong.any() else len(wrong)
        if right < len(wrong):  # of the first step that was wrong it is known now what it does
            right += 1
            told = steps.told[right - 1]
            new_low[right] = max(own_low[right], low_b[right - 1]) if told else own_low[right]
            new_high[right] = min(own_high[right], high_b[right - 1]) if told else own_high[right]
        own_low[1 : right + 1] = new_low[1 : right + 1]
        own_high[1 : right + 1] = new_high[1 : right + 1]
        guess = _Steps(steps.told[right:], steps.least[right:], steps.most[right:])
        at += right
    for step in range(at, last):
        _one(low[step : step + 2], high[step : step + 2], rule)
    return rounds


def _expected(low: Ints, high: Ints, rule: _Rule) -> tuple[Ints, Ints]:
    """Brackets about as narrow as they will be: whole periods after the last that is narrow."""
    middle, narrow_ = (low + high) >> 1, high - low <= rule.period / _NARROW
    before = np.maximum.accumulate(np.where(narrow_, np.arange(len(low)), -1))
    since = middle[np.maximum(before, 0)]
    edge = since + (np.floor((high - since) / rule.period) * rule.period).astype(np.int64)
    told = (before >= 0) & (edge >= low)
    return np.where(told, edge, low), np.where(told, edge, high)


def _one(low: Ints, high: Ints, rule: _Rule) -> None:
    """A bracket narrowed by the one before it, in place."""
    (low_a, low_b), (high_a, high_b) = low.tolist(), high.tolist()
    count = round((low_b + high_b - low_a - high_a) / 2 / rule.period)
    if not 1 <= count <= 50 or (high_a - low_a + high_b - low_b) / 2 > rule.widest:
        return
    least, most = rule.apart(count)
    if max(low_b, low_a + least) <= min(high_b, high_a + most):
        low[1], high[1] = max(low_b, low_a + least), min(high_b, high_a + most)


def _guessed(low: Ints, high: Ints, steps: _Steps) -> tuple[Ints, Ints]:
    """Brackets as they come out where each step is as it was guessed."""
    # A step that tells nothing: by so much that it cannot narrow anything.
    least = np.where(steps.told, steps.least, low[1:] - high[:-1])
    most = np.where(steps.told, steps.most, high[1:] - low[:-1])
    offset = np.concatenate([[0], np.cumsum(least)])
    new_low = np.maximum.accumulate(low - offset) + offset
    offset = np.concatenate([[0], np.cumsum(most)])
    new_high = np.minimum.accumulate(high - offset) + offset
    return new_low, new_high
