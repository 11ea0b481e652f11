"""How well an encoder's vectors do: beside those of fp32, and at finding what belongs together."""

from __future__ import annotations

from typing import Any

NEIGHBOURS = 10


def fidelity(found: Any, whole: Any) -> dict[str, float]:
    """How near vectors (rows) are to those of fp32, and whether they have the same neighbours."""
    import numpy as np
    from scipy.stats import spearmanr

    cosine = (found * whole).sum(axis=1)
    alike, alike_whole = found @ found.T, whole @ whole.T
    above = np.triu_indices(len(whole), 1)
    for each in (alike, alike_whole):
        np.fill_diagonal(each, -1)  # a text is not its own neighbour
    near = np.argsort(-alike, axis=1)[:, :NEIGHBOURS]
    near_whole = np.argsort(-alike_whole, axis=1)[:, :NEIGHBOURS]
    same = [len({*a} & {*b}) for a, b in zip(near.tolist(), near_whole.tolist(), strict=True)]
    ranks: Any = spearmanr(alike[above], alike_whole[above])
    return {
        "cosine_mean": float(cosine.mean()),
        "cosine_min": float(cosine.min()),
        "neighbours_kept": float(np.mean(same)) / NEIGHBOURS,
        "rank_correlation": float(ranks.statistic),
    }


def right(found: Any) -> list[bool]:
    """For each docstring: whether, of all bodies, its summary is nearest to its own.

    Rows of `found`: the summaries, then the bodies in the same order.
    """
    count = len(found) // 2
    nearest = (found[:count] @ found[count:].T).argmax(axis=1)
    return [int(body) == at for at, body in enumerate(nearest)]


def found_pairs(found: Any, whole: Any) -> dict[str, float]:
    """How many summaries find their own body, and how many of those of fp32 are lost and won."""
    ours, theirs = right(found), right(whole)
    pairs = list(zip(ours, theirs, strict=True))
    return {
        "accuracy": sum(ours) / len(ours),
        "found": sum(ours),
        "lost": sum(before and not now for now, before in pairs),
        "won": sum(now and not before for now, before in pairs),
    }
