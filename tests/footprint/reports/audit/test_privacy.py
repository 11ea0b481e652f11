"""Privacy: no name of a host or of a person is left anywhere, in any format."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audited import correct, factors, record, stated
from footprint import report
from footprint.errors import UsageError
from footprint.ledger.proofs.head import parse
from footprint.ledger.proofs.verify import verify
from footprint.ledger.stores import open_store
from footprint.model import Device
from footprint.reports import trace
from footprint.reports.formats import FORMATS
from report_ledgers import GPU, MS, Recorder, S

SALT = "0123456789abcdef-0123"

#: Names as hosts have them; none of them is a word of a report.
_LABEL = st.from_regex(r"[a-z][a-z0-9]{2,8}-[a-z0-9]{1,6}zq", fullmatch=True)
NAMES = _LABEL | st.builds("{}.{}.example".format, _LABEL, _LABEL) | _LABEL.map(str.upper)
PEOPLE = st.builds(
    "{0} {1} <{0}.{1}@mail.example>".format,
    st.from_regex(r"[A-Z][a-z]{3,7}zq", fullmatch=True),
    st.from_regex(r"[A-Z][a-z]{3,7}qz", fullmatch=True),
)
FORMS = [name for name in FORMATS if name != "pdf"]


def texts(made: Any) -> dict[str, str]:
    """The report in every format, language and shape that text has."""
    found = {f"{form} {lang}": made.render(form, lang) for form in FORMS for lang in ("en", "fr")}
    found["pandas"] = made.to_pandas().to_csv()
    return found


def forms(name: str) -> set[str]:
    """A name, and what the names of its journals have of it."""
    return {name.lower(), re.sub(r"[^\w]", "-", name.lower())[:32]}


def write(ledger: Path, hosts: list[str], person: str) -> None:
    """A program on each host: one ended, one was killed, one has a device that failed."""
    for number, host in enumerate(hosts, start=1):
        one = Recorder(
            ledger,
            number,
            host=host,
            boot=f"boot-{number}",
            declared={"zone": "FRA", "tags": {"user": person, "node": host}},
        )
        one.counter(GPU._replace(id=f"GPU-{number}"), [100.0] * 20)
        one.span(one.path("embed", model="minilm", devices=["gpu"]), 500 * MS, 1 * S)
        one.writer.record(
            {"type": "gap", "t": one.t0, "reason": "lost", "text": f"{host} was rebooted"}
        )
        path = one.close(2 * S, ended=number != 1)
        # As the recorder names them: by the host.
        path.rename(path.with_name(f"20261122T110000Z-{sorted(forms(host))[0]}-{path.name}"))


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    hosts=st.lists(NAMES, min_size=1, max_size=3, unique_by=str.lower),
    person=PEOPLE,
    treated=st.sampled_from(["hash", "drop"]),
    salted=st.booleans(),
)
def test_no_name_is_left_in_any_format(
    hosts: list[str], person: str, treated: str, salted: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Path(folder) / "home" / person.split(maxsplit=1)[0] / "L"
        ledger.parent.mkdir(parents=True)
        write(ledger, hosts, person)
        correct(ledger, person, f"{person.split('<', maxsplit=1)[0].strip()} saw it on {hosts[0]}")
        by = "host,tag.user,tag.node,model" if treated == "hash" else "tag.node,model"
        salt = f",salt={SALT}" if salted else ""
        made = report(ledger, by=by, privacy=f"hosts={treated},users={treated}{salt}")
        kept = report(ledger, by="host,tag.user,tag.node,model")
    gone = {form for host in hosts for form in forms(host)}
    gone |= {person.lower(), *re.findall(r"\S+@\S+(?=>)", person.lower()), folder}
    gone |= {person.split(" <", maxsplit=1)[0].lower(), SALT}
    for where, text in texts(made).items():
        assert not [name for name in gone if name in text.lower()], where
    assert any(hosts[0].lower() in text.lower() for text in texts(kept).values())  # it can fail
    assert made.totals == kept.totals


def test_a_hash_is_the_same_under_one_salt_and_another_under_another(tmp_path: Path) -> None:
    for number in (1, 2):
        record(tmp_path / f"L{number}", number, host="node-7")
    both = [
        report(tmp_path / f"L{number}", by="host", privacy=f"hosts=hash,salt={SALT}{more}")
        for number, more in ((1, ""), (2, ""), (2, "x"))
    ]
    one, two, other = (dict(each.groups[0].key)["host"] for each in both)
    assert one == two != other
    assert re.fullmatch(r"host-[0-9a-f]{12}", str(one))
    assert both[0].conservation[0].host == one


def test_without_a_salt_the_report_says_that_names_can_be_guessed(tmp_path: Path) -> None:
    record(tmp_path / "L")
    bare = report(tmp_path / "L", privacy="hosts=hash")
    assert [gap.why for gap in bare.gaps if gap.what == "privacy"] == [
        "names are hashed without a salt: whoever can guess a name can check the guess"
    ]
    salted = report(tmp_path / "L", privacy=f"hosts=hash,salt={SALT}")
    assert not [gap for gap in salted.gaps if gap.what == "privacy"]
    assert salted.made is not None
    assert salted.made.options["privacy"] == {"hosts": "hash", "users": "keep", "salted": True}
    assert SALT not in salted.to_json()


def test_the_file_says_it_and_the_argument_wins(tmp_path: Path) -> None:
    record(tmp_path / "L", host="node-7")
    path = stated(tmp_path, f'[privacy]\nhosts = "hash"\nsalt = "{SALT}"\n')
    hashed = report(tmp_path / "L", organisation=path)
    assert hashed.conservation[0].host.startswith("host-")
    again = report(tmp_path / "L", privacy=f"hosts=hash,salt={SALT}")
    assert again.conservation == hashed.conservation
    assert report(tmp_path / "L", organisation=path, privacy="hosts=keep").conservation[0].host == (
        "node-7"
    )


def test_names_that_are_dropped_cannot_be_grouped_by(tmp_path: Path) -> None:
    record(tmp_path / "L")
    for by, what in (("host,model", "hosts"), ("tag.user", "users")):
        with pytest.raises(UsageError, match=f"privacy drops.*{what}=hash"):
            report(tmp_path / "L", by=by, privacy=f"{what}=drop")


@pytest.mark.parametrize("treated", ["hash", "drop"])
def test_a_trace_has_no_names_either(tmp_path: Path, treated: str) -> None:
    write(tmp_path / "L", ["node-7zq.corp.example"], "Ada Lovelacezq <ada@lovelace.example>")
    said = {
        treatment: repr(trace("totals.energy_kwh", tmp_path / "L", privacy=f"hosts={treatment}"))
        for treatment in ("keep", treated)
    }
    assert "node-7zq" in said["keep"]
    assert "node-7zq" not in said[treated]


def test_its_head_still_proves_the_ledger(tmp_path: Path) -> None:
    write(tmp_path / "L", ["node-7.corp.example"], "Ada")
    made = report(tmp_path / "L", privacy="hosts=drop")
    assert "node" not in json.dumps(made.heads)
    heads = parse(made.to_json().encode(), "report.json")
    store = open_store(tmp_path / "L")
    assert not [each for each in verify(store, heads) if each.is_error]
    (journal,) = (tmp_path / "L/journals").iterdir()
    journal.write_bytes(journal.read_bytes()[:-40])
    assert [each.kind for each in verify(store, heads) if each.is_error] == ["truncated"]


@pytest.mark.parametrize("treated", ["hash", "drop"])
def test_a_journal_too_damaged_to_say_its_host_does_not_say_it(
    tmp_path: Path, treated: str
) -> None:
    record(tmp_path / "L")
    lost = tmp_path / "L/journals/20261122T110000Z-node-7zq-corp-example-4711-9f86d081.fpj"
    lost.write_bytes((tmp_path / "L/journals/0001.fpj").read_bytes()[:60])
    kept = report(tmp_path / "L").to_json()
    assert "4711-9f86d081.fpj" in kept
    assert "node-7zq" in kept
    made = report(tmp_path / "L", privacy=f"hosts={treated}")
    for form in FORMS:
        assert "7zq" not in made.render(form)
    assert "-4711-9f86d081.fpj" in made.to_json()  # which one it is can still be told


def test_words_of_the_report_stay_where_a_host_is_called_like_one(tmp_path: Path) -> None:
    """A host may be called `gpu`: kinds of devices are no names."""
    one = Recorder(tmp_path / "L", host="gpu")
    one.counter(GPU, [100.0] * 10)
    one.span(one.path("embed", kind="inference"), 0, 500 * MS)
    one.close(1 * S)
    made = report(tmp_path / "L", privacy="hosts=hash", by="kind,host")
    assert made.conservation[0].device_kind == "gpu"
    assert made.conservation[0].host.startswith("host-")


def test_a_part_of_a_word_is_no_name(tmp_path: Path) -> None:
    one = Recorder(tmp_path / "L", host="ada")
    one.counter(Device("GPU-1", "gpu", "video adapter", "counter", "gpu"), [1.0])
    one.span(one.path("adapt", model="ada2", devices=["gpu"]), 0, 50 * MS)
    one.close(1 * S)
    made = report(tmp_path / "L", privacy="hosts=hash", by="host,name,model")
    key = dict(made.groups[0].key)
    assert (key["name"], key["model"]) == ("adapt", "ada2")
    assert made.conservation[0].name == "video adapter"


def test_paths_of_files_have_no_home(tmp_path: Path) -> None:
    home = tmp_path / "home" / "adalovelace"
    home.mkdir(parents=True)
    record(home / "L")
    made = report(
        home / "L", factors=factors(home, 50.0), organisation=stated(home), privacy="users=hash"
    )
    assert made.ledgers == ("L",)
    assert made.made is not None
    assert [each.name for each in made.made.inputs] == ["factors.toml", "organisation.toml"]
    for where, text in texts(made).items():
        assert "adalovelace" not in text, where
