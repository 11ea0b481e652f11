"""Forms of metrics files that other tools write.

evaluate    `evaluate.save`: metrics beside `_timestamp`, `_evaluate_version`, ... and whatever
            else was saved with them; and what `compute` returns, saved as it is
Trainer     `all_results.json`, `eval_results.json`: `eval_accuracy` beside `eval_runtime`, ...
harness     lm-evaluation-harness: `results` by task, with `acc,none` and `acc_stderr,none`

What is not a metric there (times, counts, lists by example) is left out by name; a text, a list
or a number that is not finite anywhere else is refused.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from footprint.emitters.view import Metric
from footprint.errors import UsageError
from footprint.metric_files import number

#: Of these, more is better, and less is better; others say so themselves (`higher_is_better`).
HIGHER = (
    "accuracy", "acc", "acc_norm", "balanced_accuracy", "f1", "precision", "recall", "bleu",
    "sacrebleu", "rouge1", "rouge2", "rougel", "rougelsum", "meteor", "chrf", "exact_match", "auc",
    "roc_auc", "matthews_correlation", "pearson", "pearsonr", "spearmanr", "r2", "map", "iou",
)  # fmt: skip
LOWER = ("loss", "perplexity", "wer", "cer", "ter", "mse", "mae", "rmse", "mape", "brier_score")

#: What metrics of `evaluate` return beside their score: parts of BLEU and of chrF, settings of
#: BERTScore, the evaluator's times.
BESIDE = (
    "precisions", "brevity_penalty", "length_ratio", "translation_length", "reference_length",
    "counts", "totals", "bp", "sys_len", "ref_len", "hashcode", "char_order", "word_order", "beta",
    "num_edits", "ref_length", "total_time_in_seconds", "samples_per_second",
    "latency_in_seconds",
)  # fmt: skip

#: The Trainer's own entries of each part, after its prefix.
_TIMES = (
    "runtime", "samples_per_second", "steps_per_second", "samples", "model_preparation_time",
    "jit_compilation_time",
)  # fmt: skip

#: The Trainer's prefix -> the split that it tells of; it does not say which one `eval` was.
_PREFIXES = {"eval_": "", "test_": "test", "predict_": "test"}

#: Standard errors to either side that hold 95 % of a normal distribution.
_Z95 = 1.959964


def better(name: str) -> bool | None:
    """Whether more is better, as the metric's name tells; None where it does not."""
    plain = name.lower().replace(" ", "_").removeprefix("overall_")
    return True if plain in HIGHER else False if plain in LOWER else None


def read(path: str | Path, content: dict[str, Any]) -> list[Metric]:
    """Metrics of a JSON object that is not of our own form.

    Raises UsageError for a value that is neither a number nor known not to be a metric.
    """
    if _is_harness(content):
        return _harness(path, content)
    if _is_trainer(content):
        return _trainer(path, content)
    return _evaluate(path, content)


def _is_harness(content: dict[str, Any]) -> bool:
    results = content.get("results")
    return isinstance(results, dict) and all(isinstance(each, dict) for each in results.values())


def _is_trainer(content: dict[str, Any]) -> bool:
    return any(f"{prefix}runtime" in content for prefix in _PREFIXES) or (
        "epoch" in content and any(key.startswith(("eval_", "train_")) for key in content)
    )


def _evaluate(path: str | Path, content: dict[str, Any]) -> list[Metric]:
    # Only `evaluate.save` puts other things beside the metrics: a run's name, its settings.
    is_saved = "_evaluate_version" in content
    found: list[Metric] = []
    for name, value in content.items():
        if name.startswith("_") or name in BESIDE:
            continue
        if isinstance(value, dict) and value:
            found += _by_class(path, name, value)
        elif not (is_saved and (isinstance(value, str | bool | list) or value is None)):
            found.append(_metric(name, number(f"{path}: {name}", value)))
    return found


def _by_class(path: str | Path, name: str, values: dict[str, Any]) -> list[Metric]:
    """Scores of one class, as seqeval returns them: `{"LOC": {"precision": ..., "number": 5}}`."""
    samples = values.get("number")
    count = None if samples is None else number(f"{path}: {name}.number", samples)
    return [
        _metric(
            f"{key} ({name})",
            number(f"{path}: {name}.{key}", value),
            samples=count,
            higher_is_better=better(key),
        )
        for key, value in values.items()
        if key != "number"
    ]


def _trainer(path: str | Path, content: dict[str, Any]) -> list[Metric]:
    found: list[Metric] = []
    for key, value in content.items():
        prefix = next((each for each in _PREFIXES if key.startswith(each)), None)
        name = key.removeprefix(prefix or "")
        if prefix is None or name in _TIMES:
            continue
        samples = content.get(f"{prefix}samples")
        found.append(
            _metric(
                name,
                number(f"{path}: {key}", value),
                split=_PREFIXES[prefix],
                samples=None if samples is None else number(f"{path}: {prefix}samples", samples),
            )
        )
    if not found:
        raise UsageError(f"{path} has no metrics of an evaluation (eval_..., test_...): run one")
    return found


def _harness(path: str | Path, content: dict[str, Any]) -> list[Metric]:
    counts = _table(content.get("n-samples"))
    directions = _table(content.get("higher_is_better"))
    found: list[Metric] = []
    for task, results in content["results"].items():
        samples = _table(counts.get(task)).get("effective")
        for key, value in results.items():
            name, _, filtered = key.partition(",")
            is_note = name in ("alias", "sample_len", "name", " ") or not name.strip()
            if is_note or name.endswith("_stderr"):
                continue
            where = f"{path}: results.{task}.{key}"
            middle = number(where, value)
            error = results.get(f"{name}_stderr,{filtered}" if filtered else f"{name}_stderr")
            known = isinstance(error, int | float) and math.isfinite(error)  # else "N/A"
            half = _Z95 * float(error) if known else None
            told = _table(directions.get(task)).get(name)
            found.append(
                _metric(
                    name if filtered in ("", "none") else f"{name} ({filtered})",
                    middle,
                    data=task,
                    samples=samples if isinstance(samples, int | float) else None,
                    low=None if half is None else middle - half,
                    high=None if half is None else middle + half,
                    higher_is_better=told if isinstance(told, bool) else better(name),
                )
            )
    return found


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _metric(name: str, value: float, **more: Any) -> Metric:
    return Metric(name, value, **{"higher_is_better": better(name), **more})
