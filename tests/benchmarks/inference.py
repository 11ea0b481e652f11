"""Energy per output token of served models: predicted, beside what ML.ENERGY measured.

    python tests/benchmarks/inference.py             the rows of tests/estimators/predict/data
    python tests/benchmarks/inference.py FOLDER      all of the leaderboard, v3

FOLDER is a checkout of the leaderboard's repository (ml-energy/leaderboard on GitHub, `public/data`
in it), whose data is not part of this project. Rows with a batch limit of 8 to 512 count.
EcoLogits' regression stands beside ours where it is installed; it has no interval of its own.
"""

from __future__ import annotations

import csv
import json
import statistics
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

if __package__ in (None, ""):  # run as a script
    _TESTS = Path(__file__).resolve().parents[1]
    sys.path[:1] = [str(_TESTS.parent), str(_TESTS)]

from benchmarks.table import OURS, Row, show
from footprint.estimators.predict.inference import Inference, predict

PUBLISHED = Path(__file__).parents[1] / "estimators" / "predict" / "data" / "ml_energy.csv"
REGRESSION = "EcoLogits"
#: Models of the leaderboard whose chat rows the latencies were fitted on; others are held out.
FITTED_ON = (
    "Llama 3.1 8B Instruct",
    "Llama 3.1 70B Instruct",
    "Llama 3.1 405B Instruct FP8",
    "Qwen 3 8B",
    "Qwen 3 32B",
    "Qwen 3 30B A3B Instruct",
    "Qwen 3 235B A22B Instruct",
    "Qwen 3 235B A22B Instruct FP8",
)
#: Mean prompt of a task: assumed, the leaderboard has none. Chat has earlier turns in it.
PROMPTS = {"lm-arena-chat": 500, "gpqa": 250, "sourcegraph-fim": 1000}
#: Mean output of chats (ML.ENERGY blog, Leaderboard v3.0) where a row does not state its own.
ANSWER = 717
_GPUS = {"H100": "H100 SXM", "B200": "B200"}
_PRECISIONS = {"bfloat16": "bf16", "fp8": "fp8", "mxfp4": "fp4"}


class Measured(NamedTuple):
    """One row that was measured."""

    task: str
    model: str
    params: float
    active_params: float
    precision: str
    gpu: str
    gpus: int
    batch: float
    tokens_out: float
    j_per_token: float

    def predicted(self, tokens_in: float | None = None) -> Inference:
        """What our model says of it."""
        return predict(
            params=self.params,
            active_params=self.active_params,
            precision=self.precision,
            gpu=self.gpu,
            gpus=self.gpus,
            batch=self.batch,
            tokens_in=PROMPTS[self.task] if tokens_in is None else tokens_in,
            tokens_out=self.tokens_out,
        )


class Compared(NamedTuple):
    """A measured row, and what came out."""

    measured: Measured
    ratio: float
    inside: bool
    regression: float | None

    @property
    def error(self) -> float:
        """The greater of both ratios, less one."""
        return max(self.ratio, 1 / self.ratio) - 1


def published() -> list[Measured]:
    """The rows that this project keeps."""
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        return [
            Measured(
                "lm-arena-chat",
                row["model"],
                float(row["params"]),
                float(row["active_params"]),
                row["precision"],
                row["gpu"],
                int(row["gpus"]),
                float(row["batch"]),
                ANSWER,
                float(row["j_per_output_token"]),
            )
            for row in csv.DictReader(file)
        ]


def leaderboard(folder: Path) -> list[Measured]:
    """The leaderboard's rows of three tasks, batch limits 8 to 512."""
    return [
        Measured(
            task,
            row["nickname"],
            row["total_params_billions"] * 1e9,
            row["activated_params_billions"] * 1e9,
            _PRECISIONS[row["weight_precision"]],
            _GPUS[row["gpu_model"]],
            row["num_gpus"],
            row["max_num_seqs"],
            row["avg_output_len"],
            row["energy_per_token_joules"],
        )
        for task in PROMPTS
        for row in _configurations(folder / "public" / "data" / "tasks" / f"{task}.json")
        if 8 <= row["max_num_seqs"] <= 512
    ]


def _configurations(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["configurations"]
    return rows


def compare(rows: Iterable[Measured], tokens_in: float | None = None) -> list[Compared]:
    """Each row with our prediction and the regression's."""
    compared = []
    for row in rows:
        got = row.predicted(tokens_in).energy_per_output_token_j
        peer = _regression(row)
        compared.append(
            Compared(
                row,
                got.mid / row.j_per_token,
                got.low <= row.j_per_token <= got.high,
                None if peer is None else peer / row.j_per_token,
            )
        )
    return compared


def _regression(row: Measured) -> float | None:
    """EcoLogits' J per output token: its energy of one GPU times the GPUs of the row."""
    try:
        from ecologits.impacts import llm
    except ImportError:
        return None
    kwh = llm.gpu_energy(
        row.active_params / 1e9,
        1,
        int(row.batch),
        llm.GPU_ENERGY_ALPHA,
        llm.GPU_ENERGY_BETA,
        llm.GPU_ENERGY_GAMMA,
    )
    return float(kwh) * 3.6e6 * row.gpus


def run(quick: bool = False) -> list[Row]:
    """The rows that this project keeps: predicted over measured. `quick` changes nothing."""
    del quick
    compared = compare(published())
    rows = []
    for each in compared:
        case = f"{each.measured.model}, {each.measured.gpus} GPU, batch {each.measured.batch:g}"
        note = "" if each.inside else "measured lies outside the interval"
        rows.append(Row(case, OURS, each.ratio, "x", 0.6, True, note, centre=1.0))
        rows.append(Row(case, REGRESSION, each.regression, "x"))
    return rows + summary("all", compared)


def summary(name: str, compared: list[Compared]) -> list[Row]:
    """Median error, worst factor, and the share of rows inside the interval."""
    errors = [each.error for each in compared]
    theirs = [
        max(each.regression, 1 / each.regression) - 1
        for each in compared
        if each.regression is not None
    ]
    outside = 100 * sum(not each.inside for each in compared) / len(compared)
    median, worst = f"{name} ({len(errors)}): median error", f"{name}: worst factor"
    rows = [
        Row(median, OURS, 100 * statistics.median(errors), "%", 25),
        Row(worst, OURS, 1 + max(errors), "x", 1.6),
        Row(f"{name}: outside the interval", OURS, outside, "%", 10),
    ]
    if theirs:
        rows += [
            Row(median, REGRESSION, 100 * statistics.median(theirs), "%"),
            Row(worst, REGRESSION, 1 + max(theirs), "x"),
        ]
    return rows


def of_folder(folder: Path) -> list[Row]:
    """The leaderboard by what the model was fitted on and what was held out."""
    compared = compare(leaderboard(folder))

    def part(name: str, wanted: Callable[[Measured], bool]) -> list[Row]:
        return summary(name, [each for each in compared if wanted(each.measured)])

    def chat(row: Measured) -> bool:
        return row.task == "lm-arena-chat"

    return [
        *part("chat, models fitted on", lambda row: chat(row) and row.model in FITTED_ON),
        *part("chat, models held out", lambda row: chat(row) and row.model not in FITTED_ON),
        *part("chat, H100", lambda row: chat(row) and row.gpu == "H100 SXM"),
        *part("reasoning (gpqa)", lambda row: row.task == "gpqa"),
        *part("code completion", lambda row: row.task == "sourcegraph-fim"),
    ]


def main(arguments: list[str]) -> int:
    """The command."""
    rows = of_folder(Path(arguments[0])) if arguments else run()
    print(show(rows))
    return 1 if any(row.failed for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
