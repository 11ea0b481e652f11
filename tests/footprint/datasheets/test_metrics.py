"""Metrics files: every form, and what is refused in one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from footprint.datasheets.metrics import Metrics, read_metrics
from footprint.emitters.view import Metric
from footprint.errors import UsageError


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def reading(content: Any, name: str = "metrics.json") -> Metrics:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return read_metrics(path)

    return reading


def values(found: Metrics) -> dict[str, float]:
    return {one.name: one.value for one in found.metrics}


def test_our_own_form(read: Any) -> None:
    row = {
        "name": "accuracy", "value": 0.91, "data": "glue", "config": "sst2", "split": "validation",
        "task": "text-classification", "low": 0.89, "high": 0.93, "samples": 872,
        "subgroup": {"sex": "female"},
    }  # fmt: skip
    found = read({"metrics": [row], "baseline": {"accuracy": 0.92, "latency_p95_ms": 110}})
    assert found.metrics == (
        Metric(
            "accuracy", 0.91, "glue", "text-classification", "sst2", "validation", "",
            ("sex", "female"), 0.89, 0.93, 872.0, True,
        ),
    )  # fmt: skip
    assert found.baseline == {"accuracy": 0.92, "latency_p95_ms": 110.0}


def test_names_and_numbers_alone(read: Any) -> None:
    found = read({"accuracy": 0.91, "wer": 0.1, "own_score": -3})
    assert [(one.name, one.value, one.higher_is_better) for one in found.metrics] == [
        ("accuracy", 0.91, True), ("wer", 0.1, False), ("own_score", -3.0, None)
    ]  # fmt: skip


def test_csv_with_the_same_columns(read: Any) -> None:
    text = (
        "name,value,data,subgroup,samples,higher_is_better\n"
        "accuracy,91.2,digits,,400,\n\naccuracy,88,digits,sex = female,200,true\n"
    )
    found = read(text, "metrics.csv")
    assert [(one.value, one.subgroup, one.samples) for one in found.metrics] == [
        (91.2, None, 400.0), (88.0, ("sex", "female"), 200.0)
    ]  # fmt: skip


def test_output_of_evaluate_save(read: Any) -> None:
    """`evaluate.save(path, **result, **params)` of evaluate 0.4: its keys beside the result's."""
    found = read(
        {
            "experiment": "run 42", "model": "bert", "seeds": [1, 2], "accuracy": 0.5, "f1": 0.4,
            "_timestamp": "2026-11-22T11:00:00", "_git_commit_hash": None,
            "_evaluate_version": "0.4.6", "_python_version": "3.11", "_interpreter_path": "/x",
        }
    )  # fmt: skip
    assert values(found) == {"accuracy": 0.5, "f1": 0.4}


def test_what_compute_returns_for_bleu_rouge_and_seqeval(read: Any) -> None:
    bleu = {
        "bleu": 0.31, "precisions": [0.6, 0.4], "brevity_penalty": 1.0, "length_ratio": 1.1,
        "translation_length": 7, "reference_length": 6,
    }  # fmt: skip
    assert values(read(bleu)) == {"bleu": 0.31}
    rouge = {"rouge1": 0.5, "rouge2": 0.25, "rougeL": 0.5, "rougeLsum": 0.5}
    assert all(one.higher_is_better for one in read(rouge).metrics)
    seqeval = {"LOC": {"precision": 0.5, "recall": 1.0, "f1": 0.66, "number": 3}, "overall_f1": 0.7}
    found = read(seqeval)
    assert values(found) == {
        "precision (LOC)": 0.5, "recall (LOC)": 1.0, "f1 (LOC)": 0.66, "overall_f1": 0.7
    }  # fmt: skip
    assert found.metrics[0].samples == 3.0


def test_results_of_the_trainer(read: Any) -> None:
    found = read(
        {
            "epoch": 3.0, "eval_accuracy": 0.91, "eval_loss": 0.3, "eval_runtime": 1.2,
            "eval_samples": 872, "eval_samples_per_second": 700.0, "eval_steps_per_second": 90.0,
            "test_accuracy": 0.90, "train_loss": 0.2, "train_runtime": 99.0, "total_flos": 1e15,
        }
    )  # fmt: skip
    assert [(one.name, one.value, one.split, one.samples) for one in found.metrics] == [
        ("accuracy", 0.91, "", 872.0), ("loss", 0.3, "", 872.0), ("accuracy", 0.90, "test", None)
    ]  # fmt: skip


def test_results_of_lm_evaluation_harness(read: Any) -> None:
    found = read(
        {
            "results": {
                "arc_easy": {
                    "alias": "arc_easy", "acc,none": 0.3, "acc_stderr,none": 0.1,
                    "exact_match,strict-match": 0.2, "exact_match_stderr,strict-match": "N/A",
                }
            },
            "n-samples": {"arc_easy": {"original": 2376, "effective": 10}},
            "higher_is_better": {"arc_easy": {"acc": True}},
            "config": {"model": "hf"},
        }
    )  # fmt: skip
    first, second = found.metrics
    assert (first.name, first.value, first.data, first.samples) == ("acc", 0.3, "arc_easy", 10)
    assert first.low == pytest.approx(0.3 - 0.1959964)
    assert first.high == pytest.approx(0.3 + 0.1959964)
    assert (second.name, second.low) == ("exact_match (strict-match)", None)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({"accuracy": True}, "accuracy is True: give a finite number"),
        ({"accuracy": "0.91"}, "accuracy is '0.91': give a finite number"),
        ('{"accuracy": NaN}', "accuracy is nan"),
        ('{"accuracy": 1e999}', "accuracy is inf"),
        ({"accuracy": [0.9]}, r"accuracy is \[0.9\]"),
        ({"accuracy": None}, "accuracy is None"),
        ({"a": {"b": {"c": 1}}}, r"a.b is \{'c': 1\}"),
        ('{"a": 1, "a": 2}', "'a' is there twice"),
        ('{"a": 1,\n "b": }', "line 2 column 7"),
        ("[1]", "write an object"),
        ("[" * 100_000, "nested too deeply"),
        ({}, "has no metrics"),
        ({"metrics": []}, "has no metrics"),
        ({"metrics": [1]}, r"metrics\[0\] is 1: write"),
        ({"metrics": [{"name": "a", "value": 1, "dtaa": "x"}]}, "dtaa is not known.*mean data"),
        ({"metrics": [{"value": 1}]}, "name is None: name the metric"),
        ({"metrics": [{"name": "a"}]}, "a is None: give a finite number"),
        ({"metrics": [{"name": "a", "value": 1, "data": 2}]}, "data is 2: write a text"),
        ({"metrics": [{"name": "a", "value": 1, "low": 2}]}, "outside its interval"),
        ({"metrics": [{"name": "a", "value": 1, "subgroup": "x"}]}, "subgroup is 'x'"),
        ({"metrics": [{"name": "a", "value": 1}], "extra": 1}, "extra is not known beside"),
        ({"metrics": [{"name": "a", "value": 1}] * 2}, "a is there twice for the same data"),
        ({"a": 1, "baseline": [1]}, "baseline is"),
        ({"a": 1, "baseline": {"a": "x"}}, "baseline.a is 'x'"),
        ({"accuracy": 0.9, "baseline": {"accuracy": 91}}, "accuracy is 0.9 in one place and 91"),
        ({"bleu": 31.2, "baseline": {"bleu": 0.31}}, "bleu is 0.31 in one place and 31.2"),
        ({"accuracy": 101}, "accuracy is 101: give it from 0 to 1"),
        ({"eval_runtime": 1.0}, "no metrics of an evaluation"),
        ("name,value\naccuracy,much\n", "line 2: accuracy is 'much'"),
        ("name,value\naccuracy,0.9,1\n", "line 2: 3 cells under 2 headings"),
        ("metric,score\na,1\n", "write name,value"),
        ("name,value,subgroup\na,1,female\n", "line 2: subgroup is 'female'"),
        ("name,value,higher_is_better\na,1,yes\n", "higher_is_better is 'yes'"),
        ("name,value,value\na,1,2\n", "'value' is there twice"),
        ("", "write name,value"),
    ],
)
def test_what_is_no_metric_is_refused_in_one_line(read: Any, content: Any, why: str) -> None:
    with pytest.raises(UsageError, match=why) as caught:
        read(content)
    assert "\n" not in str(caught.value)
    assert "metrics.json" in str(caught.value)


def test_a_percentage_stays_one(read: Any) -> None:
    assert values(read({"accuracy": 91.2, "baseline": {"accuracy": 92}})) == {"accuracy": 91.2}


def test_what_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(UsageError, match="name a JSON or CSV file of metrics"):
            read_metrics(path)
    (tmp_path / "b.json").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="name a JSON or CSV file of metrics"):
        read_metrics(tmp_path / "b.json")
