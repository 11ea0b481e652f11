"""A small training over several processes: a convolutional network on scikit-learn's digits.

    torchrun --nproc-per-node 4 train_ranks.py [--epochs 12]

Each rank trains on its part of the images; torch's DistributedDataParallel averages the gradients
over gloo, on the CPU. Rank 0 evaluates and asks for every held-out image once. It needs the extra
`encoder` (torch, scikit-learn).
"""

from __future__ import annotations

import argparse
from typing import Any

import torch
import torch.distributed as dist
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

import footprint

MODEL, VERSION = "digits-cnn", "3"
BATCH = 32


def network() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 64, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(64, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(1024, 10),
    )


def images() -> tuple[Any, Any, Any, Any]:
    """(images to train on, held-out images, their digits, the held-out digits)."""
    pixels, digits = load_digits(return_X_y=True)
    shaped = torch.tensor(pixels / 16, dtype=torch.float32).reshape(-1, 1, 8, 8)
    parts = train_test_split(shaped, torch.tensor(digits), test_size=0.25, random_state=0)
    return parts[0], parts[1], parts[2], parts[3]


@footprint.track(name="classify", kind="inference", model=MODEL, version=VERSION, devices=["cpu"])
def classify(model: nn.Module, image: Any) -> int:
    footprint.current().add(items=1)
    return int(model(image[None]).argmax())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=12)
    given = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    dist.init_process_group("gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    train, held_out, digits, held_out_digits = images()
    own = torch.arange(rank, len(train) - len(train) % world, world)
    model = nn.parallel.DistributedDataParallel(network())
    descent = torch.optim.Adam(model.parameters(), 1e-3)
    tags = {"precision": "fp32", "experiment": "ranks"}
    with footprint.measure(
        "train", kind="training", model=MODEL, version=VERSION, tags=tags, devices=["cpu"]
    ) as span:
        for _ in range(given.epochs):
            for batch in own[torch.randperm(len(own))].split(BATCH):
                descent.zero_grad()
                nn.functional.cross_entropy(model(train[batch]), digits[batch]).backward()
                descent.step()
            span.add(items=len(own), epochs=1)
    if rank == 0:
        alone = model.module.eval()
        with torch.no_grad():
            with footprint.measure(
                "evaluate", kind="evaluation", model=MODEL, version=VERSION, devices=["cpu"]
            ) as span:
                right = (alone(held_out).argmax(1) == held_out_digits).float().mean()
                span.add(items=len(held_out))
            for image in held_out:
                classify(alone, image)
        print(f"{world} ranks, accuracy {float(right):.3f}")
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
