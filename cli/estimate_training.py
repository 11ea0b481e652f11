"""`footprint estimate training`."""

from __future__ import annotations

from typing import Any

import click

from footprint.cli.estimate import NUMBER, delivered, estimate_options


@click.command()
@click.option("--gpu-hours", type=NUMBER, metavar="N", help="Device-hours in all.")
@click.option("--watts", type=NUMBER, metavar="W", help="Mean power of one device.")
@click.option("--gpu", metavar="NAME", help="Device: H100, A100-SXM4-80GB, MI300X, TPU v4.")
@click.option("--gpus", type=NUMBER, metavar="N", help="Devices that run at a time.")
@click.option("--hours", type=NUMBER, metavar="H", help="For how long they run.")
@click.option("--flops", type=NUMBER, metavar="F", help="FLOPs of the whole run: 3.8e25.")
@click.option("--params", type=NUMBER, metavar="P", help="Parameters of the model: 7B.")
@click.option(
    "--active-params", type=NUMBER, metavar="A", help="Those that are active for a token (MoE)."
)
@click.option("--tokens", type=NUMBER, metavar="T", help="Tokens it is trained on: 1.5T.")
@click.option(
    "--mfu", type=NUMBER, metavar="X", help="Share of the dense peak that is reached: 0.4."
)
@click.option("--precision", metavar="NAME", help="Precision of the peak: bf16, fp16, fp8.")
@click.option(
    "--overhead",
    type=NUMBER,
    metavar="X",
    help="Energy of the whole server over that of its devices, 1 to 5.",
)
@estimate_options
def training(*, format_: str | None, output: str | None, **given: Any) -> None:
    """Estimate training from device-hours, FLOPs, or parameters and tokens.

    The size of the run is given in one way: --gpu-hours; --gpus and --hours; --flops and --gpu;
    or --params, --tokens and --gpu. What is given is used exactly; what is not (mean power, MFU)
    is taken from published runs, as a range.

    Example: footprint estimate training --params 7B --tokens 2T --gpu A100 --mfu 0.4 --zone FRA
    """
    from footprint.estimators.predict.training import training as predicted

    sizes = {name: given.pop(name) for name in _SIZES}
    delivered(predicted(**sizes), format_=format_, output=output, **given)


_SIZES = (
    "gpu_hours",
    "watts",
    "gpu",
    "gpus",
    "hours",
    "flops",
    "params",
    "active_params",
    "tokens",
    "mfu",
    "precision",
    "overhead",
)
