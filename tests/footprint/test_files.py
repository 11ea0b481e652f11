"""Files of users: whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from footprint.errors import UsageError
from footprint.files import read_document, write_whole


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "as-usual").write_bytes(b"")
    write_whole(tmp_path / "new", b"data")
    assert (tmp_path / "new").read_bytes() == b"data"
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "as-usual").stat().st_mode


def test_a_files_mode_stays_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "card.md"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["card.md"]  # noqa: PTH208


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to give files away")
def test_a_files_owner_stays_too(tmp_path: Path) -> None:
    path = tmp_path / "card.md"
    path.write_bytes(b"old")
    os.chown(path, 12345, 54321)
    write_whole(path, b"new")
    found = path.stat()
    assert (found.st_uid, found.st_gid, path.read_bytes()) == (12345, 54321, b"new")


def test_a_link_stays_and_its_target_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "card.md").write_bytes(b"old")
    (tmp_path / "README.md").symlink_to("there/card.md")
    write_whole(tmp_path / "README.md", b"new")
    assert (tmp_path / "README.md").is_symlink()
    assert (tmp_path / "there" / "card.md").read_bytes() == b"new"


def test_a_name_as_long_as_names_may_be(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 255)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"


def test_what_stops_it_at_the_last_moment_leaves_the_file(tmp_path: Path) -> None:
    path = tmp_path / "card.md"
    path.write_bytes(b"old")

    def stop() -> None:
        raise UsageError("it was changed")

    with pytest.raises(UsageError, match="it was changed"):
        write_whole(path, b"new", stop)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["card.md"]


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot write .*No such file or directory"):
        write_whole(tmp_path / "no" / "file", b"data")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"{", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "has the schema None, not 'a/1'"),
        (b'{"schema": "b/1"}', "has the schema 'b/1', not 'a/1'"),
    ],
)
def test_a_document_of_another_kind_is_one_line(tmp_path: Path, text: bytes, says: str) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(text)
    with pytest.raises(UsageError) as told:
        read_document(path, "a/1", "footprint x")
    assert says in str(told.value)
    assert str(told.value).endswith("name a file that footprint x wrote")


def test_a_document_of_the_schema_is_read(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(b'{"schema": "a/1", "x": 1}')
    assert read_document(path, "a/1", "footprint x") == {"schema": "a/1", "x": 1}
    with pytest.raises(UsageError, match="Is a directory"):
        read_document(tmp_path, "a/1", "footprint x")
