"""An existing document: read with care, replaced whole and only where it changes."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TextIO

import pytest

from datasheet_ledgers import several, short
from footprint.datasheets import into, make
from footprint.emitters.emitter import Emitter, Options
from footprint.emitters.stated import Stated
from footprint.emitters.view import View
from footprint.errors import OccupiedError, UsageError


def _render(view: View, out: TextIO, options: Options = Options(), /) -> None:  # noqa: B008
    for stage in view.stages:
        if stage.total.energy_j is not None:
            out.write(f"{stage.kind}: {stage.total.energy_j.mid:.1f} J\n")


def _merge(view: View, document: bytes, options: Options = Options(), /) -> bytes:  # noqa: B008
    if b"OTHER" in document and not options.force:
        raise OccupiedError("another tool's figures: --force replaces them")
    lines = [line for line in document.decode().splitlines(True) if not line.endswith(" J\n")]
    return "".join(lines).encode() + make.document(view, PLAIN, options)


def _read(document: bytes) -> list[Stated]:
    return [
        Stated(kind, "energy_j", "total", float(value), 0.1)
        for kind, value in re.findall(r"^([\w-]+): (\S+) J$", document.decode(), re.MULTILINE)
    ]


#: A format of somebody else's: a line for each activity, after whatever else there is.
PLAIN = Emitter("plain", ".plain", "lines of joules", _render, _merge, _read)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return make.make(make.booked([several(tmp_path_factory.mktemp("m") / "L")]), "net", "2")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "card.plain"
    found.write_bytes(b"A card.\r\n")
    return found


def put(path: Path, view: View, options: Options = Options()) -> str:  # noqa: B008
    before = into.read(path, "--into")
    return into.replace(path, before, into.merged(path, before, view, PLAIN, options), PLAIN)


def test_figures_go_in_and_a_second_time_nothing_is_written(path: Path, view: View) -> None:
    told = put(path, view)
    assert told == f"{path}: figures of fine-tuning, inference; 2 lines new, 0 gone"
    assert path.read_bytes() == b"A card.\r\nfine-tuning: 1000.0 J\ninference: 400.0 J\n"
    os.utime(path, ns=(1, 1))
    inode = path.stat().st_ino
    assert put(path, view) == f"{path}: unchanged"
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (1, inode)


def test_only_the_kinds_that_changed_are_told(path: Path, view: View) -> None:
    put(path, view)
    path.write_text(path.read_text().replace("400.0", "399.0"))
    assert put(path, view) == f"{path}: figures of inference; 1 line new, 1 gone"


def test_a_link_stays_and_the_mode_too(tmp_path: Path, path: Path, view: View) -> None:
    path.chmod(0o600)
    link = tmp_path / "README.md"
    link.symlink_to(path.name)
    put(link, view)
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"inference: 400.0 J" in path.read_bytes()


def test_a_file_that_another_program_changed_meanwhile_stays_theirs(path: Path, view: View) -> None:
    before = into.read(path, "--into")
    after = into.merged(path, before, view, PLAIN, Options())
    path.write_bytes(b"theirs")
    with pytest.raises(UsageError, match="was changed by another program meanwhile: run it again"):
        into.replace(path, before, after, PLAIN)
    assert path.read_bytes() == b"theirs"
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_file_that_went_away_meanwhile(path: Path, view: View) -> None:
    before = into.read(path, "--into")
    after = into.merged(path, before, view, PLAIN, Options())
    path.unlink()
    with pytest.raises(UsageError, match="No such file"):
        into.replace(path, before, after, PLAIN)


def test_a_read_only_file_is_left(path: Path, view: View) -> None:
    path.chmod(0o444)
    with pytest.raises(UsageError, match="is read-only"):
        put(path, view)
    assert path.read_bytes() == b"A card.\r\n"


def test_what_another_tool_wrote_names_the_file_and_the_way_out(path: Path, view: View) -> None:
    path.write_bytes(b"OTHER\n")
    with pytest.raises(OccupiedError) as told:
        put(path, view)
    assert str(told.value) == f"{path}: another tool's figures: --force replaces them"
    put(path, view, Options(force=True))
    assert path.read_bytes().startswith(b"OTHER\nfine-tuning")


def test_nothing_to_state_leaves_the_file(tmp_path: Path, path: Path) -> None:
    view = make.make(make.booked([short(tmp_path / "L")]))
    with pytest.raises(UsageError) as told:
        put(path, view)
    assert "is left as it is: nothing can be stated of quick" in str(told.value)
    assert "below what the meter can tell" in str(told.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"PK\0\1", "is no text: it has bytes of value 0"),
        (b"one\ntwo \xe9", ", line 2: not UTF-8 (byte 0xe9)"),
        ("x".encode("utf-16"), "is no text"),
    ],
)
def test_what_is_no_text_is_refused(path: Path, data: bytes, says: str) -> None:
    path.write_bytes(data)
    with pytest.raises(UsageError) as told:
        into.read(path, "--into")
    assert says in str(told.value)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a directory"):
        into.read(tmp_path, "--into")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is no regular file"):
        into.read(tmp_path / "pipe", "--into")
    with pytest.raises(UsageError, match="is not there: write a new one with -o FILE"):
        into.read(tmp_path / "none.md", "--into")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UsageError, match="name a file that can be read"):
        into.read(tmp_path / "loop", "--into")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.md"
    with path.open("wb") as file:
        file.truncate(into.LARGEST_BYTES + 1)
    with pytest.raises(UsageError, match="no document of more than"):
        into.read(path, "--into")


def test_a_format_that_cannot_be_merged(path: Path, view: View) -> None:
    with pytest.raises(UsageError, match="cannot be put into"):
        into.merged(path, b"", view, PLAIN._replace(merge=None), Options())
