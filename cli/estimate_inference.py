"""`footprint estimate inference`: requests to a model on hardware of one's own."""

from __future__ import annotations

from typing import Any

import click

from footprint.cli.estimate import NUMBER, delivered, estimate_options


@click.command()
@click.option("--params", type=NUMBER, required=True, help="All parameters of the model: 8B.")
@click.option(
    "--active-params", type=NUMBER, help="Those that one token uses, of a mixture of experts."
)
@click.option(
    "--precision",
    default="bf16",
    show_default=True,
    metavar="NAME",
    help="Of the weights: fp32, bf16, fp16, fp8, int8, int4 or fp4.",
)
@click.option("--gpu", default="H100 SXM", show_default=True, metavar="NAME", help="What serves.")
@click.option(
    "--gpus", type=int, metavar="N", help="GPUs for one copy. Default: the fewest that hold it."
)
@click.option(
    "--batch",
    type=NUMBER,
    help="Sequences at once, the server's limit. Default: 64, with 8 to 512 in the interval.",
)
@click.option("--tokens-in", type=NUMBER, default=500.0, show_default=True, help="Per request.")
@click.option("--tokens-out", type=NUMBER, required=True, help="Per request.")
@click.option("--requests", type=NUMBER, default=1.0, show_default=True, help="How many.")
@click.option(
    "--host-watts",
    type=NUMBER,
    metavar="W",
    help="Mean power of the host that the GPUs are in. Default: the host is left out.",
)
@estimate_options
def inference(requests: float, host_watts: float | None, **options: Any) -> None:
    """Estimate requests to a language model on GPUs of your own.

    Energy is that of the GPUs: prefill bound by compute, decode by memory bandwidth and batch.

    Example: footprint estimate inference --params 8B --batch 64 --tokens-out 400 --zone FRA
    """
    from footprint.estimators.predict.inference import predict
    from footprint.estimators.predict.served import served

    asked = {name: options.pop(name) for name in _ASKED}
    predicted = predict(**asked)
    inputs = {name: value for name, value in asked.items() if value is not None}
    inputs |= {"gpu": predicted.gpu, "gpus": predicted.gpus, "precision": predicted.precision}
    inputs["requests"] = requests
    delivered(served(predicted, inputs, requests=requests, host_w=host_watts), **options)


_ASKED = (
    "params",
    "active_params",
    "precision",
    "gpu",
    "gpus",
    "batch",
    "tokens_in",
    "tokens_out",
)
