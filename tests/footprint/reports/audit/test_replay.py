"""A report made again: the same, byte for byte, or exactly what differs and why."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audited import correct, factors, record, stated
from footprint import report
from footprint.errors import UsageError
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores import open_store
from footprint.reports import formats
from footprint.reports.audit import made
from footprint.reports.audit.differences import LEFT_OUT, differences
from footprint.reports.audit.replay import CHANGED, Given, Replayed, replay
from footprint.reports.audit.verdict import as_json, lines
from report_ledgers import GPU, UTC, Recorder, S

SALT = "0123456789abcdef-0123"
CLOSED: dict[str, Any] = {"since": "2026-11-22T11:00:00", "until": "2026-11-22T12:00:00"}


@pytest.fixture
def ledger() -> Path:
    """`L` in the directory that the test runs in."""
    record(Path("L"))
    factors(Path(), 50.0)
    return Path("L")


def kept(form: str = "json", lang: str = "en", **options: Any) -> Path:
    """A report in a file."""
    path = Path(f"report.{form}")
    path.write_text(report("L", **options).render(form, lang), encoding="utf-8", newline="")
    return path


def said(found: Replayed) -> str:
    return "\n".join(lines(found))


OPTIONS: list[dict[str, Any]] = [
    {},
    {"by": "host", **CLOSED},
    {"zone": "DEU", "pue": 1.3, "tariff_per_kwh": "0.18 EUR", "absorption": "full"},
    {"factors": "factors.toml", "factor_sources": "own,codecarbon", "pins": False},
    {"privacy": "hosts=hash,users=drop"},
]


@pytest.mark.parametrize(
    ("form", "lang", "options"),
    [
        *(("json", "en", each) for each in OPTIONS),
        ("html", "en", OPTIONS[0]),
        ("html", "fr", OPTIONS[-1]),
    ],
)
def test_the_same_byte_for_byte(
    ledger: Path, form: str, lang: str, options: dict[str, Any]
) -> None:
    stated(Path())
    found = replay(kept(form, lang, **options))
    assert (found.is_same, found.is_byte_for_byte) == (True, True)
    assert said(found) == f"report.{form}: the same, byte for byte"


def test_nothing_of_whoever_replays_it_counts(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTPRINT_PUE", "1.5")
    path = kept()
    monkeypatch.setenv("FOOTPRINT_PUE", "2")
    monkeypatch.setenv("FOOTPRINT_TARIFF", "0.5")
    monkeypatch.setenv("FOOTPRINT_PRIVACY", "hosts=hash")
    stated(Path())
    assert replay(path).is_byte_for_byte


def test_the_ledger_and_its_files_may_have_moved(ledger: Path, tmp_path: Path) -> None:
    stated(Path())
    path = kept(factors="factors.toml", by="model")
    away = tmp_path / "auditor"
    away.mkdir()
    for name in ("L", "factors.toml", "organisation.toml"):
        shutil.move(name, away / f"moved-{name}")
    found = replay(
        path,
        Given(
            ledgers=(str(away / "moved-L"),),
            factors=away / "moved-factors.toml",
            organisation=away / "moved-organisation.toml",
        ),
    )
    assert found.is_byte_for_byte, said(found)
    for name in ("L", "factors.toml", "organisation.toml"):
        shutil.move(away / f"moved-{name}", away / name)
    shutil.move(path, away / "report.json")
    assert replay(away / "report.json").is_byte_for_byte  # all of it beside the report
    shutil.rmtree(away / "L")
    with pytest.raises(UsageError, match="made of L, which is not here: name the ledger"):
        replay(away / "report.json")


def test_what_was_recorded_later_does_not_change_a_closed_period(ledger: Path) -> None:
    record(ledger, 2, start=3600 * S)
    path = kept(**CLOSED)
    record(ledger, 3, start=7200 * S)
    found = replay(path)
    assert (found.is_same, found.outcome, found.closed) == (True, "same", True), said(found)
    assert not found.is_byte_for_byte
    (grown,) = found.ledger.grown
    assert re.fullmatch(r"journals/0003\.\w+: new, [\d,]+ bytes", grown)
    text = said(found)
    assert "the ledger has grown or was sealed since; nothing of then is gone or changed" in text
    assert "figures came out the same, as they have to: its period was closed" in text


def test_sealing_changes_nothing(ledger: Path) -> None:
    record(ledger, 2, start=3600 * S)
    path = kept()
    seal(open_store(ledger))
    found = replay(path)
    assert found.is_same, said(found)
    assert any("chain" in each for each in found.ledger.grown)
    assert found.ledger.wrong == ()


def test_what_was_recorded_later_is_in_an_open_period(ledger: Path) -> None:
    path = kept()
    record(ledger, 2, start=60 * S)
    found = replay(path)
    assert not found.is_same
    text = said(found)
    assert "the report's period was open (no --until)" in text
    doubled = next(e for e in found.found if e.path == "totals.energy_kwh.mid")
    assert doubled.new == pytest.approx(2 * doubled.old)
    assert doubled.share == pytest.approx(0.5)


def test_a_period_that_ends_after_the_last_record_is_open(ledger: Path) -> None:
    """Whoever gives an end that lies ahead has closed nothing: the rest of it is yet to come."""
    path = kept(until="2100-01-01")
    again = replay(path)
    assert (again.is_byte_for_byte, again.closed) == (True, False)
    record(ledger, 2, start=60 * S)
    found = replay(path)
    assert (found.outcome, found.closed, found.is_same) == ("recorded_since", False, False)
    text = said(found)
    assert text.startswith("report.json: not comparable: its period was open when it was made")
    assert "it ends on 2100-01-01T00:00:00.000000Z, and recorded was up to 2026-11-22T11:" in text
    assert "an --until that is past" in text
    told = as_json(found)
    assert (told["outcome"], told["period_closed"]) == ("recorded_since", False)
    assert told["recorded_until"]["then"] < told["recorded_until"]["now"]


def test_an_open_period_excuses_no_changed_figure(ledger: Path) -> None:
    path = kept(until="2100-01-01", factors="factors.toml")
    factors(Path(), 55.0)
    record(ledger, 2, start=60 * S)
    assert replay(path).outcome == "changed"
    factors(Path(), 50.0)
    assert replay(path).outcome == "recorded_since"


def program(ledger: Path, number: int, model: str) -> None:
    """A program of its own host that calls one model, a minute after the one before."""
    one = Recorder(
        ledger,
        number,
        host=f"host-{number}",
        boot=f"boot-{number}",
        declared={"zone": "FRA", "pue": 1.0},
        utc_ns=UTC + number * 60 * S,
    )
    one.counter(GPU._replace(id=f"GPU-{number}"), [300.0] * 30)
    one.span(one.path("ask", model=model, devices=["gpu"]), 0, 2 * S, items=4)
    one.close(3 * S)


def test_entries_are_told_apart_by_what_they_are_of(ledger: Path) -> None:
    """A model that comes in between moves no other: each is held against itself."""
    program(ledger, 2, "zzz")
    path = kept(by="model,name")
    program(ledger, 3, "aaa")
    found = replay(path).found
    paths = [each.path for each in found]
    named = ("cuts[model].rows[model=aaa]", "groups[model=aaa,name=ask]")
    assert set(named) <= set(paths)
    # What is in a list and differs is the new model's, or a sum that it is in.
    assert not [each for each in paths if "minilm" in each or "zzz" in each]
    assert not [each for each in paths if re.search(r"\[\d+\]", each) and "hours" not in each]
    new = next(each for each in found if each.path == named[0])
    assert (new.old, new.is_figure) == (None, True)


def test_every_difference_is_one_line_for_people(ledger: Path) -> None:
    path = kept(by="model")
    program(ledger, 2, "aaa")
    listed = [line.strip() for line in lines(replay(path)) if line.startswith("    ")]
    assert not [line for line in listed if "{" in line or "\n" in line]
    told = [line for line in listed if not line.startswith(("journals/", "and "))]
    assert not [line for line in told if ": was " not in line or ", is " not in line]
    assert any(
        re.fullmatch(
            r"groups\[model=aaa\]: was not there, is there \(spans 1, .*, \.\.\.\) \(100 %\)", line
        )
        for line in told
    ), told
    # Of a quantity the best estimate stands for its bounds.
    assert not [line for line in told if ".high" in line or ".low" in line]


def test_a_journal_of_then_that_comes_late_is_told(ledger: Path) -> None:
    record(ledger, 2, start=3600 * S)
    path = kept(**CLOSED)
    record(ledger, 3, host="host-b")
    found = replay(path)
    assert (found.outcome, found.closed) == ("changed", True)
    assert "only that may change it which came late" in said(found)


def test_sealing_does_not_move_the_last_instant(ledger: Path) -> None:
    path = kept(until="2100-01-01")
    seal(open_store(ledger))
    then, now = replay(path).recorded_until
    assert then == now is not None


def test_an_older_report_says_no_last_instant(ledger: Path) -> None:
    path = kept(**CLOSED)
    content = json.loads(path.read_text())
    del content["made"]["recorded_until"]
    path.write_text(json.dumps(content))
    assert replay(path).closed
    for wrong in (5, "soon"):
        content["made"]["recorded_until"] = wrong
        path.write_text(json.dumps(content))
        with pytest.raises(UsageError, match="recorded_until"):
            replay(path)


def test_a_changed_ledger_is_never_the_same(ledger: Path) -> None:
    path = kept()
    (journal,) = (ledger / "journals").iterdir()
    data = bytearray(journal.read_bytes())
    data[-30] ^= 1
    journal.write_bytes(data)
    found = replay(path)
    assert not found.is_same
    assert any(journal.name in line for line in found.ledger.wrong)
    assert "the ledger is not what it was" in said(found)


def test_changed_factors_are_named_with_both_values(ledger: Path) -> None:
    path = kept(factors="factors.toml")
    factors(Path(), 55.0)
    found = replay(path)
    (one,) = found.factors
    assert one.factor == "grid intensity of FRA"
    assert one.old.startswith("50 g/kWh (our supplier")
    assert one.new.startswith("55 g/kWh (our supplier")
    assert [(each.role, each.what) for each in found.inputs] == [
        ("factors", "its content is not what it was")
    ]
    figures = [each for each in found.found if each.is_figure]
    assert figures[0].share == pytest.approx(5 / 55)
    carbon = next(each for each in figures if each.path == "totals.carbon_location_g.mid")
    assert carbon.new / carbon.old == pytest.approx(1.1)
    Path("factors.toml").unlink()
    found = replay(path)
    assert [each.what for each in found.inputs] == ["it is missing"]
    assert not found.is_same


def test_another_version_that_says_the_same_is_told(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept()
    document = json.loads(path.read_text())
    assert document["made"]["version"] == made.__version__
    document["made"]["version"] = "0.0.9"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    found = replay(path)
    assert found.is_same
    assert not found.is_byte_for_byte
    assert f"another version: footprint 0.0.9 made it, {made.__version__} made it again" in said(
        found
    )


def test_an_edited_figure_is_found(ledger: Path) -> None:
    path = kept(by="model")
    document = json.loads(path.read_text())
    document["groups"][0]["energy_j"]["mid"] *= 0.75
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    found = replay(path)
    (one,) = found.found
    assert (one.path, one.share) == ("groups[model=minilm].energy_j.mid", 0.25)
    assert as_json(found)["differences"] == [one._asdict()]


def test_a_correction_since_is_found(ledger: Path) -> None:
    path = kept(by="model")
    which = correct(ledger, "Ada")
    paths = {each.path for each in replay(path).found}
    assert f"corrections[{which}]" in paths
    assert "groups[model=minilm].items" in paths
    found = replay(path)
    # More was recorded, and the period is open: what was corrected is said all the same.
    assert found.outcome == CHANGED
    assert "  corrected since: replace calls" in said(found)
    assert "by Ada: a slip of the hand" in said(found)
    assert [each["id"] for each in as_json(found)["corrections"]] == [which]


def test_a_page_that_says_something_else_than_its_json_is_not_the_same(ledger: Path) -> None:
    path = kept("html", by="model")
    page = path.read_text()
    assert "500 J" in page
    for old, new, what in (
        (">500 J<", ">400 J<", "was '400 J', is '500 J'"),
        ('<h2 id="gaps', '<p>All is well.</p><h2 id="gaps', "was 'All is well.', is not known"),
        ("<script>", "<script>document.body.hidden = 1;", "page: was 'other markup"),
    ):
        assert old in page
        path.write_text(page.replace(old, new))
        found = replay(path)
        assert (found.is_same, found.pages) == (False, "differ")
        assert "its JSON came out again, and its page says something else" in said(found)
        assert what in said(found)
        assert as_json(found)["pages"] == "differ"


def test_a_page_is_the_same_where_its_ledger_has_grown(ledger: Path) -> None:
    path = kept("html", by="model", since=CLOSED["since"], until="2026-11-22T11:00:02")
    record(ledger, 2, host="host-b", start=60 * S)
    found = replay(path)
    assert (found.is_same, found.is_byte_for_byte, found.pages) == (True, False, "same"), said(
        found
    )
    path.write_text(re.sub("<figure>.*?</figure>\n?", "", path.read_text(), flags=re.DOTALL))
    assert replay(path).pages == "same"  # charts are drawn by another package


def test_a_page_of_another_version_is_not_held_against_this_ones(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept("html")
    path.write_text(path.read_text().replace('"version":"0.1.0"', '"version":"0.0.9"', 1))
    found = replay(path)
    assert (found.is_same, found.pages) == (True, "not_held")
    assert "every figure and every sentence of its JSON came out again" in said(found)
    assert "its pages were not held against that" in said(found)


def test_an_edited_digest_of_the_factors_is_found(ledger: Path) -> None:
    path = kept(by="model")
    document = json.loads(path.read_text())
    document["made"]["factors_sha256"] = "0" * 64
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    (one,) = replay(path).found
    assert (one.path, one.old) == ("made.factors_sha256", "0" * 64)


def test_hashed_names_need_their_salt(ledger: Path) -> None:
    file = stated(Path(), f'[privacy]\nhosts = "hash"\nsalt = "{SALT}"\n')
    path = kept(by="host")
    assert replay(path).is_byte_for_byte  # the salt is in the organisation's file
    file.unlink()
    path = kept(by="host", privacy=f"hosts=hash,salt={SALT}")
    with pytest.raises(UsageError, match=r"report.json: its names are hashed under a salt: give"):
        replay(path)
    assert replay(path, Given(salt=SALT)).is_byte_for_byte
    other = replay(path, Given(salt=SALT + "x"))
    assert (other.is_same, other.is_other_salt) == (False, True)
    assert "no name has the hash that it had: the salt is not" in said(other)
    assert as_json(other)["another_salt"] is True
    dropped = kept(by="model", privacy=f"hosts=drop,salt={SALT}")
    assert replay(dropped).is_byte_for_byte  # nothing is hashed in it


def _json(content: Any) -> Callable[[Path], object]:
    return lambda path: path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda path: path.write_text("{"), "is no JSON"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "is no text"),
        (lambda path: path.write_text("<!DOCTYPE html><p>a page</p>"), "holds no report"),
        (lambda path: path.write_bytes(b"%PDF-1.7 nothing"), r"report\.json"),
        (_json([]), "has the schema None"),
        (_json({"schema": "footprint.report/2"}), "upgrade footprint"),
        (_json({"schema": "footprint.estimate/1"}), "has the schema 'footprint.estimate/1'"),
        (_json({"schema": "footprint.report/1"}), "does not say what made it"),
        (_json({"schema": "footprint.report/1", "made": 5}), "made is 5"),
        (_json({"schema": "footprint.report/1", "made": {"options": {}}}), "made.options"),
    ],
)
def test_what_is_no_report_is_one_clear_line(
    tmp_path: Path, write: Callable[[Path], object], message: str
) -> None:
    path = tmp_path / "report.json"
    write(path)
    with pytest.raises(UsageError, match=message) as caught:
        replay(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(UsageError, match="No such file"):
        replay(tmp_path / "none.json")


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the figures of a report's JSON are."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from leaves(each, (*path, at))
    elif isinstance(value, int | float) and not isinstance(value, bool) and path[0] not in LEFT_OUT:
        yield path


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), times=st.sampled_from([0.0, 0.5, 0.999, 1.25, 1e6]))
def test_one_figure_that_is_edited_is_the_one_that_differs(
    document: dict[str, Any], data: st.DataObject, times: float
) -> None:
    edited = json.loads(json.dumps(document))
    where = data.draw(st.sampled_from(list(leaves(document))))
    holder = edited
    for key in where[:-1]:
        holder = holder[key]
    was = holder[where[-1]]
    now = holder[where[-1]] = was * times if was else 1.0
    (one,) = differences(document, edited)
    assert (one.old, one.new) == (was, now)
    assert one.share == pytest.approx(abs(now - was) / max(now, was))
    assert one.path.startswith(where[0])
    assert one.path.endswith(str(where[-1])) or isinstance(where[-1], int)
    assert [(each.old, each.new) for each in differences(edited, document)] == [(now, was)]
    assert differences(document, document) == []


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A report's JSON with two hosts and an own file of factors."""
    folder = tmp_path_factory.mktemp("document")
    for number in (1, 2):
        record(folder / "L", number, host=f"host-{number}", start=number * S)
    made = report(folder / "L", by="host,model", factors=factors(folder, 50.0))
    found: dict[str, Any] = json.loads(made.to_json())
    return found


def test_a_pdf_is_replayed_from_the_json_in_it(ledger: Path) -> None:
    pytest.importorskip("weasyprint")
    path = Path("report.pdf")
    path.write_bytes(formats.data(report("L", by="model"), "pdf"))
    found = replay(path)
    assert found.is_byte_for_byte
    assert said(found) == "report.pdf: the same, byte for byte"
    path.write_bytes(path.read_bytes() + b"\n% edited\n")
    found = replay(path)
    assert (found.is_same, found.pages) == (True, "not_held")
    assert "report.pdf: the same, its JSON byte for byte" in said(found)
    assert "its pages were not held against that" in said(found)
