"""The demo's work: two real classifiers of scikit-learn's digits, trained and served.

1,797 images of handwritten digits (UCI ML hand-written digits, shipped inside scikit-learn) in
8 x 8 pixels; a quarter is held out. One model is a small neural network, the other a logistic
regression, so that there are two to compare. Everything runs on the CPU, offline.
"""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import footprint
from footprint.errors import UsageError

VERSION = "1"
#: Training ends after so many passes over the images, or so many seconds on a slow machine.
EPOCHS, EPOCHS_WITHIN_S = 100, 6.0
#: Requests come from so many threads, each asks for every held-out image so many times; on a slow
#: machine it stops after a pass that ends past so many seconds.
THREADS, PASSES, PASSES_WITHIN_S = 4, 6, 3.0

NEEDED = (
    "the demo needs scikit-learn, which is not installed:"
    " run pip install 'footprint-ledger[demo]' (in a checkout: pip install '.[demo]')"
)


class Images(NamedTuple):
    """Pixels (a row an image, 0..1) and the digits they show, split in two."""

    train: Any
    train_digits: Any
    held_out: Any
    held_out_digits: Any


class Served(NamedTuple):
    """What a model answered: how many images and requests, how many of the answers were right."""

    model: str
    version: str
    images: int
    requests: int
    right: int

    @property
    def accuracy(self) -> float:
        """Right answers over requests, 0..1."""
        return self.right / self.requests


def load() -> Images:
    """The images. Raises UsageError where scikit-learn is not installed."""
    try:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split
    except ImportError as error:
        raise UsageError(NEEDED) from error
    pixels, digits = load_digits(return_X_y=True)
    parts = train_test_split(pixels / 16, digits, test_size=0.25, random_state=0, stratify=digits)
    return Images(parts[0], parts[2], parts[1], parts[3])


def train_network(images: Images) -> Any:
    """Trains the neural network, `digits-mlp`; every pass over the images is counted."""
    from sklearn.neural_network import MLPClassifier

    network = MLPClassifier((256, 128), random_state=0)
    classes = sorted(set(images.train_digits))
    begun = time.monotonic()
    with (
        footprint.measure(
            "train", kind="training", model="digits-mlp", version=VERSION, devices=["cpu"]
        ) as work,
        _interruptible(),
    ):
        for _ in range(EPOCHS):
            network.partial_fit(images.train, images.train_digits, classes=classes)
            work.add(items=len(images.train), epochs=1)
            if time.monotonic() - begun > EPOCHS_WITHIN_S:
                break
    return network


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends the block: scikit-learn makes a warning of it and goes on."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Training interrupted by user")
        try:
            yield
        except UserWarning:
            raise KeyboardInterrupt from None


def train_logistic(images: Images) -> Any:
    """Trains the smaller model, `digits-logistic`."""
    from sklearn.linear_model import LogisticRegression

    with (
        footprint.measure(
            "train", kind="training", model="digits-logistic", version=VERSION, devices=["cpu"]
        ) as work,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        model = LogisticRegression(max_iter=200).fit(images.train, images.train_digits)
        work.add(items=len(images.train) * int(model.n_iter_[0]), epochs=int(model.n_iter_[0]))
    return model


# Two functions, not one: what a function is for is declared once, above it.


@footprint.track(
    name="classify", kind="inference", model="digits-mlp", version=VERSION, devices=["cpu"]
)
def classify_by_network(model: Any, image: Any) -> int:
    """The digit that an image shows, by the neural network."""
    footprint.current().add(items=1)
    return int(model.predict(image)[0])


@footprint.track(
    name="classify", kind="inference", model="digits-logistic", version=VERSION, devices=["cpu"]
)
def classify_by_logistic(model: Any, image: Any) -> int:
    """The digit that an image shows, by logistic regression."""
    footprint.current().add(items=1)
    return int(model.predict(image)[0])


def serve(
    name: str,
    classify: Callable[[Any, Any], int],
    model: Any,
    images: Images,
) -> Served:
    """Asks a model for every held-out image, one at a time, from several threads at once."""
    requests = [
        (images.held_out[index : index + 1], int(digit))
        for index, digit in enumerate(images.held_out_digits)
    ]
    begun = time.monotonic()

    def client(part: Sequence[tuple[Any, int]]) -> tuple[int, int]:
        asked = right = 0
        for _ in range(PASSES):
            for image, digit in part:
                right += classify(model, image) == digit
            asked += len(part)
            if time.monotonic() - begun > PASSES_WITHIN_S:
                break
        return asked, right

    with footprint.measure(
        "serve", kind="other", model=name, version=VERSION, devices=["cpu"]
    ) as work:
        # `propagate` carries the span into the threads: their calls are booked below it.
        ask = footprint.propagate(client)
        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(ask, (requests[start::THREADS] for start in range(THREADS))))
        asked = sum(count for count, _ in answers)
        work.add(items=asked)
    return Served(name, VERSION, len(requests), asked, sum(right for _, right in answers))
