"""Sealing: what was recorded comes back as it was, from whichever of the two places."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from footprint.ledger import format as fmt
from footprint.ledger.reader import Facts, read_journals
from footprint.ledger.sealed.manifest import read_chains
from footprint.ledger.sealed.read import read
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stored import journals
from footprint.ledger.stores.local import LocalStore
from random_ledgers import random_journals
from sealers import GONE

KEPT = """
    context devices paths names anchors residents gaps unavailable dropped issues end t_last
    newer_records batches size writer where
""".split()  # noqa: SIM905


def same(one: Facts, other: Facts) -> bool:
    """Whether two facts are equal, bytes of rows and all."""
    for name in KEPT:
        assert getattr(one, name) == getattr(other, name), name
    for row in fmt.ROW_TYPES:
        assert one.rows.packed(row.name) == other.rows.packed(row.name), row.name
    return True


def unsealed(store: LocalStore) -> dict[str, Facts]:
    found, issues = read_journals(journals(store))
    assert not issues
    return {one.writer: one for one in found}


def sealed(store: LocalStore, **asked: object) -> dict[str, Facts]:
    manifests = [each for chain in read_chains(store) for each in chain.manifests]
    found, issues = read(store, manifests, **asked)
    assert not issues
    return {one.writer: one for one in found}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.randoms(use_true_random=False))
def test_rows_and_records_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, rng: random.Random
) -> None:
    store = LocalStore(tmp_path_factory.mktemp("ledger") / "L")
    random_journals(rng, store.root)
    before = unsealed(store)
    outcome = seal(store, GONE)
    assert outcome.journals == len(before)
    assert not outcome.left
    assert journals(store) == []
    after = sealed(store)
    assert after.keys() == before.keys()
    assert all(same(before[writer], after[writer]) for writer in before)
