"""The shape of a language model: layers, width, KV cache and experts, from its size.

An open model of the same size gives its own shape (data/model_shapes.csv, from model cards and
config files). For any other, rules of thumb hold, and the interval of an estimate is wider:

- layers = 32 (N / 8e9)^0.35 with N the geometric mean of all and of active parameters: through
  Llama 3.1 8B (32) and 405B (126), 10 % low at Qwen3-14B (40), 19 % low at Qwen3-32B (64).
- width from N = 12 layers width^2 of active parameters (Kaplan et al. 2020, arXiv:2001.08361,
  table 1).
- KV cache: 2048 values per layer and token (8 heads of 128, keys and values: Llama 3, Qwen3,
  Mistral), from a third (latent attention of DeepSeek-V3: 576) to four times (Llama 2 7B: 8192).
- Mixture of experts: of the active parameters, 45 % are used by every token (attention, shared
  experts), from 12 % (Mixtral 8x7B) to 82 % (Llama 4 Maverick).
"""

from __future__ import annotations

import csv
import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

from footprint.estimators.quantity import Quantity, exact

_TABLE = Path(__file__).parent.parent / "data" / "model_shapes.csv"

#: A model within this factor of a row, in both sizes, is taken to have its shape.
SAME_SIZE = 1.1

KV_VALUES_PER_LAYER = Quantity(2048 / 3, 2048, 8192, "1")
DENSE_SHARE = Quantity(0.12, 0.45, 0.82, "1")


class Shape(NamedTuple):
    """What of a model's form matters to its energy.

    Attributes:
        layers, hidden: depth and width.
        kv_values_per_layer: values that one token leaves in the KV cache of one layer.
        dense_share: of the active parameters, the share that every token uses; 1 for a dense model.
        like: the row that it was taken from; empty where the rules of thumb were used.
        source: of that row.
    """

    layers: float
    hidden: float
    kv_values_per_layer: Quantity
    dense_share: Quantity
    like: str
    source: str


class _Row(NamedTuple):
    name: str
    params: float
    active_params: float
    layers: int
    hidden: int
    kv_values_per_layer: int
    experts: int
    experts_per_token: int
    source: str

    def distance(self, params: float, active_params: float) -> float:
        """The greater of the two differences in size, as a logarithm."""
        return max(
            abs(math.log(params / self.params)), abs(math.log(active_params / self.active_params))
        )

    def dense_share(self) -> float:
        """Share of active parameters outside the routed experts.

        Active = dense + routed * k / E and all = dense + routed, solved for dense.
        """
        if not self.experts:
            return 1.0
        used = self.experts_per_token / self.experts
        return (self.active_params - used * self.params) / (1 - used) / self.active_params


def shape(params: float, active_params: float) -> Shape:
    """The shape of a model with so many parameters, of which so many are used by each token."""
    near = min(_rows(), key=lambda row: row.distance(params, active_params))
    if near.distance(params, active_params) <= math.log(SAME_SIZE):
        return Shape(
            near.layers,
            near.hidden,
            exact(near.kv_values_per_layer, "1"),
            exact(near.dense_share(), "1"),
            near.name,
            near.source,
        )
    layers = 32 * (math.sqrt(params * active_params) / 8e9) ** 0.35
    dense = exact(1.0, "1") if active_params >= params else DENSE_SHARE
    hidden = math.sqrt(active_params / (12 * layers))
    return Shape(layers, hidden, KV_VALUES_PER_LAYER, dense, "", "")


@cache
def _rows() -> tuple[_Row, ...]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(
            _Row(
                cells["name"],
                float(cells["params_b"]) * 1e9,
                float(cells["active_params_b"]) * 1e9,
                int(cells["layers"]),
                int(cells["hidden"]),
                int(cells["kv_values_per_layer"]),
                int(cells["experts"] or 0),
                int(cells["experts_per_token"] or 0),
                cells["source"],
            )
            for cells in csv.DictReader(file)
        )
