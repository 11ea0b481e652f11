"""What people do with such an hour otherwise: pandas over the same rows, and codecarbon's CSV.

    pandas      reads the sealed Parquet, interpolates each device's counter at the begin and end of
                each span, and sums by model: every span gets all that its device drew meanwhile
    codecarbon  a row for each span as codecarbon writes it (`emissions.csv`), summed by model

Neither divides a device among the spans that shared it, has an interval, idle energy or carbon by
the hour. Each runs as a program of its own, so that its memory is its own.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path

from benchmarks.children import own_peak_mb

#: The columns of codecarbon 3.3's emissions.csv.
CODECARBON = [
    "timestamp",
    "project_name",
    "run_id",
    "experiment_id",
    "duration",
    "emissions",
    "emissions_rate",
    "cpu_power",
    "gpu_power",
    "ram_power",
    "cpu_energy",
    "gpu_energy",
    "ram_energy",
    "energy_consumed",
    "water_consumed",
    "country_name",
    "country_iso_code",
    "region",
    "cloud_provider",
    "cloud_region",
    "os",
    "python_version",
    "codecarbon_version",
    "cpu_count",
    "cpu_model",
    "gpu_count",
    "gpu_model",
    "longitude",
    "latitude",
    "ram_total_size",
    "tracking_mode",
    "cpu_utilization_percent",
    "gpu_utilization_percent",
    "ram_utilization_percent",
    "ram_used_gb",
    "on_cloud",
    "pue",
    "wue",
]


def pandas_j(ledger: Path, gpus: int, models: int) -> float:
    """Joules of all spans, as pandas would have them."""
    import numpy as np
    import pandas as pd

    def frame(table: str, columns: list[str]) -> pd.DataFrame:
        files = sorted(str(path) for path in ledger.glob(f"sealed/{table}/*/*.parquet"))
        return pd.concat([pd.read_parquet(each, columns=columns) for each in files])

    points = frame("point", ["boot_id", "device", "t", "raw_mj"])
    spans = frame("span", ["boot_id", "path", "start", "end"])
    spans["device"] = (spans["path"] - 1) // models
    spans["model"] = (spans["path"] - 1) % models
    spans["energy_j"] = 0.0
    counters = dict(tuple(points.groupby(["boot_id", "device"], observed=True)))
    parts = []
    for key, own in spans.groupby(["boot_id", "device"], observed=True):
        counter = counters[key].sort_values("t")
        at = np.interp(np.stack([own["start"], own["end"]]), counter["t"], counter["raw_mj"])
        parts.append(
            own.assign(energy_j=(at[1] - at[0]) / 1000, s=(own["end"] - own["start"]) / 1e9)
        )
    found = (
        pd.concat(parts)
        .groupby("model")
        .agg(energy_j=("energy_j", "sum"), calls=("s", "size"), p50=("s", "median"))
    )
    return float(found["energy_j"].sum())


def write_codecarbon(path: Path, rows: int, models: int) -> None:
    """As many spans as codecarbon would have written, one a row."""
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(CODECARBON)
        fixed = ["2026-11-22T10:00:00", "net-0", "5b2f6c1e-4c1f-4a51-8a52-1d8f3a4f0000"]
        rest = ["0.000123"] * 12 + ["France", "FRA", "", "", "", "Linux", "3.11", "3.3", "32"]
        rest += ["AMD EPYC 9654", "8", "NVIDIA H100", "2.3", "48.8", "2048", "process"]
        rest += ["12.5", "88.1", "30.2", "64.5", "N", "1.0", "0.0"]
        for at in range(rows):
            fixed[1] = f"net-{at % models}"
            out.writerow([*fixed, f"{at:032x}", *rest][: len(CODECARBON)])


def codecarbon_kwh(path: Path) -> float:
    """kWh of all rows, summed by model."""
    import pandas as pd

    frame = pd.read_csv(path)
    return float(frame.groupby("project_name")["energy_consumed"].sum().sum())


def main() -> None:
    """Prints seconds, peak memory and the sum as JSON."""
    what, place, *sizes = sys.argv[1:]
    began = time.perf_counter()
    found = (
        pandas_j(Path(place), *map(int, sizes)) if what == "pandas" else codecarbon_kwh(Path(place))
    )
    took = time.perf_counter() - began
    print(json.dumps({"took_s": took, "peak_gb": own_peak_mb() / 1e3, "sum": found}))


if __name__ == "__main__":
    main()
