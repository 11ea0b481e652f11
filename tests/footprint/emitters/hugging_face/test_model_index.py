"""Results beside those of others: added, updated in place, never verified ones, refused else."""

from __future__ import annotations

import pytest
from huggingface_hub import ModelCard
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.emitters.hugging_face import model_index
from footprint.emitters.hugging_face.card import parse
from footprint.emitters.view import Metric, View
from footprint.errors import OccupiedError, UsageError

ACCURACY = Metric("accuracy", 0.97, data="digits", task="image-classification", split="test")
F1 = ACCURACY._replace(name="f1", value=0.5)

INDEX = """---
license: mit
model-index:
- name: other
  results: []
- name: net  # ours
  results:
  - task: {type: image-classification}
    dataset:
        type: digits
        name: Handwritten digits
        split: test
    metrics:
      # found by hand
      - type: accuracy
        value: 0.91  # of 1,797
        name: Accuracy
# after
tags: [a]
---
# net
"""


def merged(text: str, *metrics: Metric, view: View, force: bool = False) -> str:
    return model_index.merge(parse(text.encode()), view._replace(metrics=metrics), force).text


def test_a_value_is_updated_in_place(measured: View) -> None:
    assert merged(INDEX, ACCURACY, view=measured) == INDEX.replace("0.91", "0.97")


def test_the_same_value_changes_nothing(measured: View) -> None:
    assert merged(INDEX, ACCURACY._replace(value=0.91), view=measured) == INDEX


def test_a_new_result_goes_to_the_end_of_its_model(measured: View) -> None:
    new = """  - task:
      type: image-classification
    dataset:
      name: digits
      type: digits
      split: test
    metrics:
    - type: f1
      value: 0.5
"""
    made = merged(INDEX, F1, view=measured)
    assert made == INDEX.replace("# after\n", new + "# after\n")
    assert merged(made, F1, view=measured) == made


def test_another_split_is_another_result(measured: View) -> None:
    made = merged(INDEX, ACCURACY._replace(split="train"), view=measured)
    assert "value: 0.91" in made
    assert "split: train" in made


def test_an_entry_of_its_own_goes_first(measured: View) -> None:
    """huggingface_hub takes the last entry's name for the model's."""
    text = INDEX.replace("name: net  # ours", "name: someone/net")
    made = merged(text, ACCURACY, view=measured)
    assert "model-index:\n- name: net\n  results:\n  - task:\n" in made
    assert made.replace(made[made.index("- name: net\n") : made.index("- name: other")], "") == text
    assert ModelCard(made).data.get("model_name") == "someone/net"


@pytest.mark.parametrize("mark", ["verified: true", "verifyToken: abc"])
def test_what_the_hub_verified_stays(mark: str, measured: View) -> None:
    text = INDEX.replace("name: Accuracy", mark)
    assert merged(text, ACCURACY, view=measured) == text


@pytest.mark.parametrize(
    "index",
    [
        "model-index: [{name: net, results: []}]",
        "model-index:\n- {name: net, results: []}",
        "model-index:\n- name: net\n  results: []",
        "x: &x\n- name: net\n  results: []\nmodel-index: *x",
    ],
)
def test_what_cannot_be_extended_is_refused_or_written_anew(index: str, measured: View) -> None:
    text = f"---\n{index}\nlicense: mit  # kept\n---\n"
    with pytest.raises(OccupiedError, match=r"line \d: model-index .* --force"):
        merged(text, ACCURACY, view=measured)
    made = merged(text, ACCURACY, view=measured, force=True)
    assert "license: mit  # kept\n" in made
    assert [each.metric_value for each in ModelCard(made).data.get("eval_results", [])] == [0.97]
    assert merged(made, ACCURACY, view=measured) == made


@pytest.mark.parametrize(
    "index", ["5", "[a]", "[{name: x}]", "[{name: x, results: [{task: {type: a}}]}]", "{a: b}"]
)
def test_an_index_that_is_none(index: str, measured: View) -> None:
    with pytest.raises(UsageError, match="line 2: model-index is not in the Hub's form"):
        merged(f"---\nmodel-index: {index}\n---\n", ACCURACY, view=measured)


def test_what_is_no_result_is_left_out(measured: View) -> None:
    metrics = (ACCURACY._replace(task=""), F1._replace(data=""), F1._replace(subgroup=("a", "b")))
    assert merged(INDEX, *metrics, view=measured) == INDEX


names = st.sampled_from(["accuracy", "f1", "x: y", "é", "[a]", "# b", "- c"])
drawn = st.tuples(
    names,
    st.floats(allow_nan=False, allow_infinity=False),
    names,
    names,
    st.sampled_from(["", "yes"]),
    st.sampled_from(["", "test", "\x85 \u2028"]),
).map(lambda each: Metric(*each))


@settings(max_examples=40, deadline=None)
@given(st.lists(drawn, min_size=1, max_size=4))
def test_whatever_is_given_is_read_back_and_nothing_else_changes(metrics: list[Metric]) -> None:
    view = View("net", "1", (), tuple(metrics), "", "", (), (), "", (), (), ())
    made = model_index.merge(parse(INDEX.encode()), view)
    found = ModelCard(made.text).data.get("eval_results", [])
    for metric in metrics:
        last = [each for each in metrics if each[:1] + each[2:] == metric[:1] + metric[2:]][-1]
        assert any(
            (each.metric_type, each.metric_value, each.task_type, each.dataset_type)
            == (last.name, last.value, last.task, last.data)
            for each in found
        )
    assert any(each.metric_name == "Accuracy" for each in found)
    assert model_index.merge(made, view).text == made.text
