"""What pytest loads in every run: options, the marker, the fixture, and when to begin.

Small on purpose: nothing of footprint is imported here, and nothing is measured, before a test
asks for it (the marker, the fixture) or an option does.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from footprint.testing.desk import Desk
    from footprint.testing.fixture import Fixture
    from footprint.testing.runner import Runner

MARKER = (
    "footprint(max_j, max_g, max_usd, judge='low', repeat, kind, model, version, project, tags):"
    " measure this test, and fail it where what one call used (joules, g CO2e location-based, US"
    " dollars) is over a limit. judge: which end of the interval has to be over it."
)

#: (option, keywords of addoption). Each may stand in the ini file too, where `_INI` has it.
_OPTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("--footprint", {"action": "store_true", "help": "measure every test's energy, g CO2e and $"}),
    ("--footprint-json", {"metavar": "FILE", "help": "write this session's figures as JSON"}),
    (
        "--footprint-save",
        {"metavar": "FILE", "help": "add this session's figures to FILE, a baseline for later"},
    ),
    (
        "--footprint-baseline",
        {"metavar": "FILE", "help": "compare with the sessions in FILE (of -json or -save)"},
    ),
    (
        "--footprint-repeat",
        {
            "metavar": "N",
            "help": "run every test N times, setup and teardown too; auto: until a second of calls",
        },
    ),
    (
        "--footprint-min-ratio",
        {"metavar": "X", "help": "a regression is at least so many times the baseline (1.1)"},
    ),
    (
        "--footprint-fail-on-regression",
        {"action": "store_true", "help": "exit 1 where a test uses more than in the baseline"},
    ),
    (
        "--footprint-top",
        {"metavar": "N", "help": "show so many tests, the most expensive first (10; 0: all)"},
    ),
)
#: Settings of the ini file; those of the command line go first.
_INI = (
    ("footprint", "bool", "measure every test, as --footprint does"),
    ("footprint_repeat", "string", "as --footprint-repeat"),
    ("footprint_baseline", "string", "as --footprint-baseline, from the ini file's directory"),
    ("footprint_min_ratio", "string", "as --footprint-min-ratio"),
    ("footprint_top", "string", "as --footprint-top"),
    ("footprint_judge", "string", "the marker's judge where it has none: low, mid or high"),
)
_KEY = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("footprint", "energy, carbon and cost of tests")
    for name, keywords in _OPTIONS:
        group.addoption(name, **keywords)
    for name, kind, told in _INI:
        parser.addini(name, told, type=kind)  # type: ignore[arg-type]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", MARKER)
    gate = Gate(config)
    config.stash[_KEY] = gate
    config.pluginmanager.register(gate, "footprint-gate")


@pytest.fixture
def footprint(request: pytest.FixtureRequest) -> Fixture:
    """The test's own energy, carbon and cost: `measure`, `add`, `result`, or call it.

    `footprint(fn, *args)` measures calls of `fn` alone, repeated until they are long enough.
    """
    gate: Gate = request.config.stash[_KEY]
    return gate.runner().fixture(request.node)


class Gate:
    """Waits until something is to be measured, and only then loads what measures."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._worker: dict[str, Any] | None = getattr(config, "workerinput", None)
        self._runner: Runner | None = None
        self._desk: Desk | None = None
        self._options: Any = None
        self._session: dict[str, str] = (self._worker or {}).get("footprint") or {}
        names = [name.strip("-").replace("-", "_") for name, _ in _OPTIONS]
        given = any(config.getoption(name) not in (None, False) for name in names)
        if given or config.getini("footprint"):
            self.options()
            if self._worker is None:
                self.desk()

    def options(self) -> Any:
        """What was asked for. Raises pytest.UsageError for what is wrong with it."""
        if self._options is None:
            from footprint.testing.options import read

            self._options = read(self._config, is_worker=self._worker is not None)
        return self._options

    def session(self) -> dict[str, str]:
        """The test session's name, and where its ledger is where no setting names one."""
        if not self._session:
            import secrets
            import tempfile

            name = secrets.token_hex(8)
            self._session = {"id": name, "ledger": f"{tempfile.gettempdir()}/footprint-{name}"}
        return self._session

    def runner(self) -> Runner:
        """What runs tests in this process."""
        if self._runner is None:
            from footprint.testing.runner import Runner

            self._runner = Runner(self.options(), self.session())
            self._config.pluginmanager.register(self._runner, "footprint-runner")
        return self._runner

    def desk(self) -> Desk:
        """What takes the reports of all tests, from this process or from workers."""
        if self._desk is None:
            from footprint.testing.desk import Desk

            self._desk = Desk(self._config, self.options(), self.session())
            self._config.pluginmanager.register(self._desk, "footprint-desk")
        return self._desk

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """pytest-xdist starts a worker."""
        from footprint import clock

        session = self.session()
        session.setdefault("start", str(clock.now_ns()))
        node.workerinput["footprint"] = session

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        """A marker with wrong arguments is an error of what it stands in."""
        report: pytest.CollectReport = yield
        for node in report.result or ():
            if isinstance(node, pytest.Item) and node.get_closest_marker("footprint") is not None:
                from footprint.testing.marks import wrong

                fault = wrong(node, self.options())
                if fault:
                    report.outcome, report.longrepr, report.result = "failed", fault, []
                    break
        return report

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Whether any test is to be measured is known by now."""
        if self._runner is None and (
            (self._options is not None and self._options.every)
            or any(is_asked(item) for item in session.items)
        ):
            self.runner()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The first report of a measured test: there will be something to tell."""
        if self._desk is None and self._worker is None and hasattr(report, "footprint"):
            self.desk().pytest_runtest_logreport(report)


def is_asked(item: pytest.Item) -> bool:
    """Whether a test asks to be measured: by the marker, or by the fixture."""
    names = getattr(item, "fixturenames", ())
    return item.get_closest_marker("footprint") is not None or "footprint" in names
