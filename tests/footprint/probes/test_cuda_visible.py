"""CUDA_VISIBLE_DEVICES: the cases of CUDA's guide, those PyTorch found, and laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.probes.cuda_visible import Gpu, order_unknown, visible

GPUS = (
    Gpu(0, "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "H100"),
    Gpu(1, "GPU-8932aaaa-0000-4106-c12f-20bd9faed9f6", "H100"),
    Gpu(
        2,
        "GPU-bbbb0000-0000-4106-c12f-20bd9faed9f6",
        "H100",
        ("MIG-1c0ffee0", "MIG-1d0ffee0"),
        True,
    ),
    Gpu(3, "GPU-cccc0000-0000-4106-c12f-20bd9faed9f6", "H100"),
)


def numbers(value: str | None) -> list[int]:
    environ = {} if value is None else {"CUDA_VISIBLE_DEVICES": value}
    return [each.gpu.number for each in visible(environ, GPUS)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, [0, 1, 2, 3]),
        ("", []),
        ("-1", []),
        ("NoDevFiles", []),
        ("2,1", [2, 1]),
        ("0,2,-1,1", [0, 2]),  # the guide's own example
        ("0,9,1", [0]),
        ("0, 1", [0, 1]),
        ("1gpu,3ampere", [1, 3]),  # as strtol reads it
        ("+3", [3]),
        ("1,1", []),
        ("0,,1", [0]),
        ("GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", [0]),
        ("GPU-8932f", [0]),
        ("GPU-8932", []),  # names two
        ("GPU-c,GPU-8932a", [3, 1]),
        ("GPU-c,0", [3]),  # the first entry's form holds for all
        ("GPU-c,GPU-cccc", []),  # the same one twice
        ("0,GPU-c", [0]),
        ("MIG-1c", [2]),
        ("MIG-1", []),
        ("MIG-GPU-bbbb0000-0000-4106-c12f-20bd9faed9f6/7/0", [2]),
        ("MIG-GPU-99/7/0", []),
        ("MIG-1c,MIG-1d", [2]),
    ],
)
def test_which_gpus_are_visible(value: str | None, expected: list[int]) -> None:
    assert numbers(value) == expected


def test_the_mig_devices_asked_for_are_named() -> None:
    (seen,) = visible({"CUDA_VISIBLE_DEVICES": "MIG-1d0f,MIG-1c0f"}, GPUS)
    assert seen.mig == ("MIG-1d0ffee0", "MIG-1c0ffee0")


@given(st.permutations(range(4)), st.integers(0, 4), st.booleans())
def test_valid_entries_come_out_in_their_order(
    order: list[int], length: int, by_uuid: bool
) -> None:
    chosen = order[:length]
    entries = [GPUS[i].uuid if by_uuid else str(i) for i in chosen]
    assert numbers(",".join(entries)) == chosen


@given(st.text(alphabet="0123456789-+,GPUMIGabcdef /", max_size=30))
def test_any_text_gives_distinct_gpus(value: str) -> None:
    found = numbers(value)
    assert len(found) == len(set(found))
    assert set(found) <= {0, 1, 2, 3}


@given(st.lists(st.integers(0, 3), unique=True, max_size=4), st.sampled_from(["-1", "x", "17"]))
def test_nothing_after_an_invalid_entry_counts(chosen: list[int], invalid: str) -> None:
    rest = [i for i in range(4) if i not in chosen]
    value = ",".join([*map(str, chosen), invalid, *map(str, rest)])
    assert numbers(value) == chosen


def test_order_is_unknown_only_for_indices_of_different_gpus() -> None:
    mixed = (GPUS[0], GPUS[1]._replace(name="L4"))
    assert order_unknown({"CUDA_VISIBLE_DEVICES": "0"}, mixed)
    assert not order_unknown({"CUDA_VISIBLE_DEVICES": "0"}, GPUS)
    assert not order_unknown({}, mixed)
    assert not order_unknown({"CUDA_VISIBLE_DEVICES": "GPU-8932f"}, mixed)
    pci = {"CUDA_VISIBLE_DEVICES": "0", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    assert not order_unknown(pci, mixed)
