"""The table of accelerators: names as people and drivers write them, dense peaks, sources."""

from __future__ import annotations

import pytest

from footprint.estimators.errors import EstimatorError
from footprint.estimators.hardware.accelerators import (
    PRECISIONS,
    Accelerator,
    accelerator,
    accelerators,
)

ROWS = accelerators()

#: As `nvmlDeviceGetName` and rocm-smi print them.
DRIVERS = {
    "Tesla P100-SXM2-16GB": "P100 SXM2",
    "Tesla V100-SXM2-32GB": "V100 SXM2 32GB",
    "Tesla T4": "T4",
    "NVIDIA A10G": "A10G",
    "A100-SXM4-40GB": "A100 SXM 40GB",
    "NVIDIA A100-SXM4-80GB": "A100 SXM 80GB",
    "NVIDIA A100-PCIE-40GB": "A100 PCIe 40GB",
    "NVIDIA A100 80GB PCIe": "A100 PCIe 80GB",
    "NVIDIA L40S": "L40S",
    "NVIDIA H100 80GB HBM3": "H100 SXM",
    "NVIDIA H100 PCIe": "H100 PCIe",
    "NVIDIA H100 NVL": "H100 NVL",
    "NVIDIA H200": "H200 SXM",
    "NVIDIA GH200 480GB": "GH200 96GB",
    "NVIDIA B200": "B200",
    "NVIDIA GB200": "GB200",
    "NVIDIA GeForce RTX 4090": "RTX 4090",
    "NVIDIA RTX A6000": "RTX A6000",
    "NVIDIA RTX 6000 Ada Generation": "RTX 6000 Ada",
    "AMD Instinct MI300X": "MI300X",
}


def test_there_is_a_table() -> None:
    assert len(ROWS) > 50
    assert len({row.name for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_found_under_all_its_spellings_and_no_other_row_is(row: Accelerator) -> None:
    for spelling in (row.name, *row.aliases):
        found = accelerator(spelling)
        assert found.name == row.name
        assert found.assumption == ""
    for spelling in row.default_for:
        assert accelerator(spelling).name == row.name
        assert row.name in accelerator(spelling).assumption


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_plausible_and_sourced(row: Accelerator) -> None:
    """A lower precision is never slower, except 8 bits where the tensor units lack them."""
    assert row.source
    assert 2016 <= row.year <= 2026
    assert row.memory_gb > 0
    assert row.memory_bandwidth_gb_s > 0
    assert (row.measured_w is None) == (row.measured_source == "")
    ladder = [row.peaks_tflops.get(each) for each in ("fp32", "tf32", "bf16", "fp8", "fp4")]
    known = [each for each in ladder if each is not None]
    assert known == sorted(known)
    peaks = row.peaks_tflops
    if "bf16" in peaks and "fp16" in peaks:
        assert peaks["bf16"] == peaks["fp16"]
    # Less than 10 TFLOP/s per watt, and more than 0.02: a slip of a power of ten shows.
    if row.tdp_w is not None:
        assert 0.02 < row.peak_flop_per_s() / 1e12 / row.tdp_w < 10


@pytest.mark.parametrize(("name", "row"), DRIVERS.items())
def test_names_as_drivers_print_them(name: str, row: str) -> None:
    assert accelerator(name).name == row
    assert accelerator(name).assumption == ""


@pytest.mark.parametrize("name", ["h100-sxm", "NVIDIA H100 SXM", "H100_SXM5", " H100 SXM "])
def test_case_vendor_and_marks_make_no_difference(name: str) -> None:
    assert accelerator(name).name == "H100 SXM"


def test_a_short_name_is_taken_for_one_board_and_says_which() -> None:
    found = accelerator("A100")
    assert found.name == "A100 SXM 80GB"
    assert found.assumption == (
        "A100 is taken to be A100 SXM 80GB; name it where it is another: "
        "A100 SXM 40GB, A100 PCIe 40GB, A100 PCIe 80GB"
    )
    assert "V100S PCIe" in accelerator("V100").assumption


def test_peaks_are_dense_and_in_flop_per_second() -> None:
    h100 = accelerator("H100 SXM")
    assert h100.peak_flop_per_s("bf16") == 989e12  # 1979e12 is with sparsity
    assert h100.peak_flop_per_s() == 989e12
    assert h100.training_precision() == "bf16"
    assert accelerator("V100").training_precision() == "fp16"
    assert accelerator("H800").interconnect_gb_s == 400


def test_a_measured_power_is_kept_with_its_source() -> None:
    tpu = accelerator("TPUv3")
    assert tpu.tdp_w == 450
    assert tpu.measured_w is not None
    assert (tpu.measured_w.low, tpu.measured_w.mid, tpu.measured_w.high) == (245, 288.5, 310)
    assert "2104.10350" in tpu.measured_source


@pytest.mark.parametrize("name", ["H1000", "A101", "", None, 3, "Cerebras WSE"])
def test_an_unknown_name_is_refused_in_one_line(name: object) -> None:
    with pytest.raises(EstimatorError, match="not known") as caught:
        accelerator(name)
    assert "\n" not in str(caught.value)


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(EstimatorError, match=r"'H1000' is not known: Did you mean H100 SXM"):
        accelerator("H1000")


def test_a_precision_that_is_not_there_is_refused() -> None:
    with pytest.raises(EstimatorError, match=r"V100 SXM2 32GB has no published peak for bf16: use"):
        accelerator("V100").peak_flop_per_s("bf16")
    with pytest.raises(EstimatorError, match=r"'bf61' is not known: Did you mean bf16"):
        accelerator("H100").peak_flop_per_s("bf61")
    assert set(PRECISIONS) >= {each for row in ROWS for each in row.peaks_tflops}
