"""The plugin in real sessions of pytest."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

from footprint.accounts.opened import open_ledger
from footprint.testing.figures import OnDevice
from simulators.nvml import Constant, Gpu, Simulator
from tested_suites import Suite

pytest_plugins = ["pytester"]

MAIN = """
import threading, time, unittest
import footprint as fp
import pytest

def test_long():
    time.sleep(0.3)

def test_short():
    pass

@pytest.mark.footprint(max_j=5)
def test_over():
    time.sleep(0.3)

@pytest.mark.footprint(max_g=1e-3)
def test_over_g():
    time.sleep(0.2)

@pytest.mark.footprint(max_j=500, max_g=1, max_usd=1, model="net", kind="evaluation")
def test_under(footprint):
    footprint.extra_info["seed"] = 7
    with footprint.measure("part", model="inner"):
        time.sleep(0.2)
    footprint.add(items=4)
    found = footprint.result().energy_j
    assert 15 < found.mid < 40

@pytest.mark.footprint(max_j=0.001)
def test_not_to_be_told():
    pass

def test_function(footprint):
    assert footprint.pedantic(time.sleep, (0.1,), rounds=5, iterations=1) is None
    time.sleep(0.2)

def test_thread():
    def work():
        with fp.measure("in a thread"):
            time.sleep(0.3)
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

def test_skipped():
    pytest.skip("not here")

@pytest.mark.xfail(strict=True)
@pytest.mark.footprint(max_j=5)
def test_over_as_expected():
    time.sleep(0.2)

class TestOld(unittest.TestCase):
    def test_method(self):
        time.sleep(0.1)
"""


def test_every_test_has_its_energy_grams_and_dollars(suite: Suite) -> None:
    suite.pytester.makepyfile(test_main=MAIN)
    result = suite.run("--footprint", "--footprint-json=out.json", "-v", place=True)
    result.assert_outcomes(passed=7, failed=2, skipped=1, xfailed=1)
    result.stdout.fnmatch_lines([
        "max_j=5 J is exceeded: one call used * J (*)",
        "max_g=0.001 g is exceeded: one call used * mg (*)",
        "*footprint: energy, carbon and cost of tests*",
        "*energy of a call*CO2e*cost*calls*time of a call*test",
        "  total *of 11 tests, * of them *",
        "  carbon * mg*",
        "  cost * USD*",
        "  metered   gpu-0 (gpu-0, power); by tier: power 100 %",
        "  no figure test_main.py::test_short*: its calls were shorter than the counter's period*",
        "  warning   test_main.py::test_not_to_be_told: max_j=0.001 was not judged: *",
    ])  # fmt: skip
    tests = suite.tests()
    for name, seconds in (("test_long", 0.3), ("test_over", 0.3), ("test_thread", 0.3)):
        held(tests[name], seconds)
    held(tests["test_under"], 0.2)
    held(tests["TestOld::test_method"], 0.1)
    held(tests["test_function"], 0.1)  # of one of the five calls, without what stands beside them
    assert tests["test_function"]["calls"] == 5
    assert len(tests["test_function"]["samples"]) == 5
    assert tests["test_under"]["extra_info"] == {"seed": 7}
    assert tests["test_under"]["units"] == {"items": 4}
    one, item = tests["test_under"]["energy_j"], tests["test_under"]["per_item"]["energy_j"]
    assert item["mid"] == pytest.approx(one["mid"] / 4)
    for name, test in tests.items():
        energy = test["energy_j"]
        if energy is None:
            assert test["carbon_location_g"] is test["cost_usd"] is None
            continue
        assert energy["low"] <= energy["mid"] <= energy["high"], name
        assert test["carbon_location_g"]["mid"] == pytest.approx(energy["mid"] * 1e-4)
        assert test["cost_usd"]["mid"] == pytest.approx(energy["mid"] * 1e-7)
    assert tests["test_short"]["energy_j"] is None
    assert tests["test_short"]["below_floor"]
    assert {name: test["outcome"] for name, test in tests.items()} == {
        "test_long": "passed",
        "test_short": "passed",
        "test_over": "failed",
        "test_over_g": "failed",
        "test_under": "passed",
        "test_not_to_be_told": "passed",
        "test_function": "passed",
        "test_thread": "passed",
        "test_skipped": "skipped",
        "test_over_as_expected": "xfailed",
        "TestOld::test_method": "passed",
    }
    limits = {each["limit"]: each["verdict"] for each in tests["test_under"]["limits"]}
    assert limits == {"max_j": "within", "max_g": "within", "max_usd": "within"}
    whole = sum(sample[0] for test in tests.values() for sample in test["samples"])
    beside = 100 * tests["test_function"]["seconds"]  # its rounds stand in a longer call
    assert suite.session()["totals"]["energy_j"]["mid"] == pytest.approx(whole + 20, abs=beside)
    assert list(Path(suite.pytester.path, "tmp").iterdir()) == []  # the session's own ledger


def held(test: dict[str, Any], seconds: float) -> None:
    """A test that slept so long used 100 W of it, and a loaded machine lets it sleep longer."""
    energy, true_j = test["energy_j"], 100 * test["seconds"] / test["calls"]
    assert energy["low"] * 0.9 <= true_j <= energy["high"] * 1.1  # a replay is read late at times
    assert energy["mid"] == pytest.approx(true_j, rel=0.25)
    assert test["seconds"] >= seconds * test["calls"] * 0.99


ASKING = """
import time, sys
import pytest
import footprint as fp

def test_does_not_ask():
    time.sleep(0.1)

@pytest.mark.footprint(model="net", kind="evaluation", project="p", max_g=1)
def test_asks():
    time.sleep(0.3)

def test_records_by_itself(monkeypatch, tmp_path):
    monkeypatch.setenv("FOOTPRINT_LEDGER", str(tmp_path / "mine"))
    with fp.measure("by itself"):
        pass
    fp.flush()
    assert (tmp_path / "mine").exists()

def test_sets_footprint_up(footprint, tmp_path):
    fp.configure(ledger=tmp_path / "other", zone="FRA")
    with fp.measure("elsewhere"):
        time.sleep(0.1)

def test_comes_after(footprint):
    time.sleep(0.2)
"""


def test_tests_that_ask_are_measured_into_the_ledger_that_settings_name(suite: Suite) -> None:
    suite.pytester.makepyfile(test_asking=ASKING)
    suite.patch.setenv("FOOTPRINT_LEDGER", "kept")
    result = suite.run()
    result.assert_outcomes(passed=5)
    out = result.stdout.str()
    assert "test_does_not_ask" not in out
    assert "carbon    not known: neither a zone nor a carbon intensity was declared" in out
    assert "max_g=1 was not judged: neither a zone nor" in out
    assert "no figure test_asking.py::test_sets_footprint_up: the test set footprint up anew" in out
    spans = open_ledger(Path(suite.pytester.path, "kept")).spans().set_index("name")
    asks = spans.loc["test_asking.py::test_asks"]
    assert (asks["kind"], asks["model"]) == ("evaluation", "net")
    assert asks["energy_j"] == pytest.approx(100 * asks["duration_s"], rel=0.25)
    assert "test_asking.py::test_comes_after" in spans.index
    assert "test_asking.py::test_does_not_ask" not in spans.index
    assert not {"elsewhere", "by itself"} & set(spans.index)


REPEATED = """
import time
import pytest

class Count:
    module = own = 0

@pytest.fixture(scope="module")
def once():
    Count.module += 1

@pytest.fixture
def anew(once):
    Count.own += 1
    yield Count.own
    Count.own += 100

def test_all(anew, tmp_path):
    assert anew % 100 == anew // 100 + 1   # torn down after each run, set up before the next
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "x").touch()
    time.sleep(0.05)

def test_fails_the_second_time(anew):
    assert Count.module == 1 and Count.own < 602

@pytest.mark.footprint(repeat="auto")
def test_auto(anew):
    time.sleep(0.25)

def test_last():
    assert Count.module == 1
"""


def test_repetitions_are_whole_runs_that_report_once(suite: Suite) -> None:
    suite.pytester.makepyfile(test_repeated=REPEATED)
    result = suite.run("--footprint-repeat=5", "--footprint-json=out.json", "--footprint-top=1")
    result.assert_outcomes(passed=3, failed=1)
    tests = suite.tests()
    assert {name: test["runs"] for name, test in tests.items()} == {
        "test_all": 5,
        "test_fails_the_second_time": 2,
        "test_auto": 5,
        "test_last": 5,
    }
    assert len(tests["test_all"]["samples"]) == tests["test_all"]["calls"] == 5
    assert tests["test_all"]["energy_j"]["mid"] == pytest.approx(
        20 * tests["test_all"]["seconds"], rel=0.25
    )
    assert "... and " in result.stdout.str()


CHANGING = """
import os, time

def test_steady(footprint):
    footprint.pedantic(time.sleep, (0.1,), rounds=5, iterations=1)

def test_changing(footprint):
    footprint.pedantic(time.sleep, (float(os.environ["PAUSE"]),), rounds=5, iterations=1)
"""


def test_a_regression_is_found_and_fails_where_that_is_asked(suite: Suite) -> None:
    suite.pytester.makepyfile(test_changing=CHANGING)
    suite.patch.setenv("PAUSE", "0.1")
    suite.run("--footprint-save=base.json")
    suite.patch.setenv("PAUSE", "0.25")
    options = ("--footprint-baseline=base.json", "--footprint-json=out.json")
    result = suite.run(*options, "--footprint-fail-on-regression")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([
        "  MORE      test_changing.py::test_changing: * times the baseline (*",
        "  baseline  *base.json: 1 use more, 0 less, 1 cannot be told apart, 0 not tested, *",
        "            nothing is known of how this machine changes *",
    ])  # fmt: skip
    (change,) = [one for one in suite.session()["comparison"]["tests"] if one["verdict"] == "more"]
    low, ratio, high = (change["ratio"][end] for end in ("low", "mid", "high"))
    assert 1.1 < low < ratio < high
    assert ratio == pytest.approx(2.5, rel=0.2)


SHARING = """
import time
import pytest

@pytest.mark.parametrize("number", range(2))
@pytest.mark.footprint(max_j=230)
def test_at_once(number, footprint):
    footprint.extra_info["from"] = time.time()
    time.sleep(0.8)
    footprint.extra_info["to"] = time.time()
"""


@pytest.mark.alone
def test_tests_of_several_workers_share_the_energy_of_a_device(suite: Suite) -> None:
    """Each slept 0.8 s beside the other on a GPU of 300 W: alone it would be over its limit."""
    suite.pytester.makepyfile(test_sharing=SHARING)
    suite.patch.delenv("FOOTPRINT_REPLAY")
    with Simulator([Gpu(Constant(300.0))]):
        result = suite.run("-n2", "--footprint", "--footprint-json=out.json")
    result.assert_outcomes(passed=2)
    one, other = suite.tests().values()
    gpus = [gpu_of(test) for test in (one, other)]
    times = [(test["extra_info"]["from"], test["extra_info"]["to"]) for test in (one, other)]
    together = max(t for _, t in times) - min(f for f, _ in times)
    both = sum(gpu.mid_j for gpu in gpus)
    assert both == pytest.approx(300 * together, rel=0.1)
    alone = 2 * together - sum(t - f for f, t in times)
    assert gpus[0].mid_j == pytest.approx(both / 2, abs=300 * alone + 30)


def gpu_of(test: dict[str, Any]) -> OnDevice:
    (found,) = [OnDevice(**each) for each in test["devices"] if each["kind"] == "gpu"]
    return found


def test_what_goes_wrong_with_measuring_fails_no_test(suite: Suite) -> None:
    suite.pytester.makepyfile(
        test_a="""
        import pytest
        @pytest.mark.footprint(max_j=1)
        def test_a(footprint):
            assert footprint(lambda: 7) == 7
            footprint.add(items=1)
        """
    )
    Path(suite.pytester.path, "file").touch()
    suite.patch.setenv("FOOTPRINT_LEDGER", "file/ledger")
    result = suite.run("--footprint", "--footprint-json=out.json")
    result.assert_outcomes(passed=1)
    assert "not measured" in result.stdout.str() or "not judged" in result.stdout.str()
    suite.patch.setenv("FOOTPRINT_DISABLED", "1")
    result = suite.run("--footprint")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["  warning   footprint is switched off*"])


LOADED = """
import sys

def pytest_unconfigure():
    print("LOADED", sorted(name for name in sys.modules if name.startswith("footprint")))
"""


def test_nothing_is_loaded_where_nothing_is_asked(suite: Suite) -> None:
    suite.pytester.makeconftest(LOADED)
    suite.pytester.makepyfile("def test_a(): pass")
    result = suite.run("-s", "-W", "error")
    result.assert_outcomes(passed=1)
    names = ["footprint", "footprint._version", "footprint.testing", "footprint.testing.plugin"]
    assert f"LOADED {names}" in result.stdout.str()
    assert "energy" not in result.stdout.str()
    result = suite.run("-s", "-p", "no:footprint")
    assert "LOADED []" in result.stdout.str()


WRONG = {
    "name": ("max_jj=10", "max_jj=10 is no argument of it: use max_j, *Did you mean max_j*"),
    "place": ("10", "10 has no name: write max_j=*"),
    "negative": ("max_j=-1", "max_j=-1 must be finite and not negative"),
    "zero": ("max_g=0", "max_g=0 is no limit: give a number above 0"),
    "nan": ("max_usd=float('nan')", "max_usd=nan must be finite and not negative"),
    "text": ("max_j='12 J'", "max_j='12 J' is not a number"),
    "flag": ("max_j=True", "max_j=True is not a number"),
    "judge": ("judge='max'", "judge='max' is not known: use low, mid, high"),
    "repeat": ("repeat=0", "repeat=0 is no number of runs: give 1 to 10000, or auto"),
    "kind": ("kind='learning'", "kind='learning' * is not known: use one of training, *"),
    "tags": ("tags='a'", "tags='a' * are not names by key: give a dictionary"),
}


def test_wrong_arguments_of_a_marker_are_one_line_each_at_collection(suite: Suite) -> None:
    code = """
    import pytest
    @pytest.mark.footprint({})
    def test_a(): pass
    """
    suite.pytester.makepyfile(
        **{
            f"test_{name}": textwrap.dedent(code).format(given)
            for name, (given, _) in WRONG.items()
        }
    )
    result = suite.run()
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.assert_outcomes(errors=len(WRONG))
    for name, (_, line) in WRONG.items():
        wanted = f"test_{name}.py::test_a: @pytest.mark.footprint: {line}"
        result.stdout.fnmatch_lines([wanted])


@pytest.mark.parametrize(
    ("option", "line"),
    [
        ("--footprint-repeat=x", "*-repeat x is no number of runs: give 1 to 10000, or auto"),
        ("--footprint-repeat=0", "*-repeat 0 is no number of runs: give 1 to 10000, or auto"),
        ("--footprint-min-ratio=0.9", "*-min-ratio 0.9 is no ratio: give 1 or more, *"),
        ("--footprint-top=-1", "*-top -1 is no number of tests: give 0 (all) or more"),
        ("--footprint-json=no/x.json", "*-json 'no/x.json' cannot be written: name a file in *"),
        ("--footprint-save=no/x.json", "*-save 'no/x.json' cannot be written: name a file in *"),
        (
            "--footprint-baseline=no.json",
            "*/no.json: No such file or directory: name a file *",
        ),
        ("--footprint-baseline=trace.csv", "*/trace.csv is no JSON (*): name a file that *"),
        ("--footprint-fail-on-regression", "*has nothing to compare with: add --footprint-basel*"),
    ],
)
def test_wrong_options_are_one_line(suite: Suite, option: str, line: str) -> None:
    with pytest.raises(pytest.UsageError) as raised:
        suite.pytester.parseconfigure(option)
    text = str(raised.value)
    assert "\n" not in text
    pytest.LineMatcher([text]).fnmatch_lines([line])
