"""The demo as a library: what it refuses, and where it writes."""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path

import pytest

from footprint import demo
from footprint.demo import work as demo_work
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity


def test_a_directory_that_is_there_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "a" / "demo"
    assert demo.fresh(out) == out
    assert demo.fresh(out) == out  # nothing is in it yet
    (out / "mine.txt").write_text("keep me")
    assert demo.fresh(out) == tmp_path / "a" / "demo-2"
    (tmp_path / "a" / "demo-2").rmdir()
    (tmp_path / "a" / "demo-2").write_text("a file")
    assert demo.fresh(out) == tmp_path / "a" / "demo-3"
    assert (out / "mine.txt").read_text() == "keep me"


def test_without_scikit_learn_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(UsageError, match=r"pip install 'footprint-ledger\[demo\]'"):
        demo.run(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


def test_a_demo_of_nothing_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTPRINT_DISABLED", "1")
    with pytest.raises(UsageError, match="FOOTPRINT_DISABLED"):
        demo.run(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo of a second, in an environment without settings."""
    monkeypatch.setattr(demo_work, "EPOCHS", 2)
    monkeypatch.setattr(demo_work, "PASSES", 1)
    for name in [name for name in os.environ if name.startswith("FOOTPRINT_")]:
        monkeypatch.delenv(name)


@pytest.mark.usefixtures("short")
def test_a_tariff_in_another_currency_is_a_price(tmp_path: Path) -> None:
    said: list[str] = []
    made = demo.run(tmp_path / "demo", {"tariff_per_kwh": "0.2 EUR"}, said.append)
    assert made.unpriced == ("--zone FRA",)
    assert said[0] == "1,797 images of handwritten digits, 450 of them held out"
    text = (tmp_path / "demo" / "datasheet-digits-mlp.md").read_text()
    assert "Electricity, EUR" in text
    assert "| Place of the electricity | not known: neither a zone" in text
    assert [path.exists() for path, _ in made.files] == [True] * 5
    assert "2,694" in text  # images seen in two passes over 1,347


def test_ctrl_c_ends_the_training_although_scikit_learn_goes_on() -> None:
    with pytest.raises(KeyboardInterrupt), demo_work._interruptible():
        warnings.warn("Training interrupted by user.", UserWarning, stacklevel=1)


def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"

    def full(self: Path, text: str, **_: str) -> int:
        self.write_bytes(text.encode()[:2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*report\.html'"):
        demo._whole(path, "a report")
    assert not path.exists()


def test_accuracy_is_of_the_requests() -> None:
    served = demo_work.Served("net", "1", images=10, requests=40, right=30)
    assert served.accuracy == 0.75


def test_images_are_split_alike_every_time() -> None:
    one, two = demo_work.load(), demo_work.load()
    assert len(one.train) == 1347
    assert len(one.held_out) == 450
    assert (one.held_out == two.held_out).all()
    assert one.train.min() == 0
    assert one.train.max() == 1


@pytest.mark.parametrize(("second", "overlap"), [((2.5, 4.0, 5.0), True), ((3.5, 4.0, 5.0), False)])
def test_a_comparison_says_what_it_is_worth(
    second: tuple[float, float, float], overlap: bool
) -> None:
    from footprint.emitters.view import Activity, Figures, View

    def sheet(model: str, *energy: float) -> View:
        total = Figures(Quantity(*energy, "J"))
        serving = Activity("inference", 1000, 0, 0, False, True, total, {}, {"counter": 1.0})
        return View(model, "1", (serving,), (), "", "", (), (), "", (), (), ())

    found = [(sheet("a", 1.0, 2.0, 3.0), 0.9715), (sheet("bcd", *second), 0.9)]
    lines = list(demo._compared(found))
    assert lines[0] == "a    accuracy 97.2 %  2 (1 to 3) mJ an inference"
    assert any("overlap" in line for line in lines) is overlap
