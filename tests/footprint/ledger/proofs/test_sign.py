"""Keys and signatures: what is accepted, and by whom it can be checked."""

from __future__ import annotations

import base64
import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from footprint.errors import LedgerError, UsageError
from footprint.ledger.proofs import sign
from footprint.ledger.proofs.head import head, parse
from footprint.ledger.proofs.verify import verify
from footprint.ledger.sealed.manifest import path_of, read_chains
from footprint.ledger.sealed.sealing import seal
from footprint.ledger.stores import Store, open_store
from proved_ledgers import recorded


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key of its own."""
    sign.make_key(tmp_path / "key")
    return tmp_path / "key"


@pytest.fixture
def sealed(tmp_path: Path) -> Store:
    """A ledger of one manifest."""
    recorded(tmp_path / "ledger", 1)
    store = open_store(tmp_path / "ledger")
    seal(store)
    return store


def _sign(store: Store, key: Path) -> tuple[str, int]:
    (chain,) = read_chains(store)
    number = chain.links[-1].manifest.number
    sign.sign(store, chain.id, number, sign.read_private(key))
    return chain.id, number


def test_a_pair_belongs_together_and_only_its_owner_reads_the_secret(key: Path) -> None:
    assert sign.read_private(key).public == sign.read_public(sign.public_path(key))
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(UsageError, match="name a file that is not there"):
        sign.make_key(key)


def test_a_signature_holds_for_its_key_and_no_other(
    sealed: Store, key: Path, tmp_path: Path
) -> None:
    _sign(sealed, key)
    public = sign.read_public(sign.public_path(key))
    assert verify(sealed, key=public) == []
    other = sign.make_key(tmp_path / "other")
    error, note = verify(sealed, key=other)
    assert (error.kind, error.severity) == ("unsigned", "error")
    assert (note.severity, note.where[-9:]) == ("note", ".sig.json")


def test_what_was_sealed_since_is_not_signed(sealed: Store, key: Path, tmp_path: Path) -> None:
    chain, _ = _sign(sealed, key)
    recorded(tmp_path / "ledger", 2)
    seal(sealed)
    (one,) = verify(sealed, key=sign.read_public(sign.public_path(key)))
    assert (one.kind, one.where) == ("unsigned", path_of(chain, 1))
    assert "the last that is: 0" in one.text


def test_there_is_nothing_to_sign_where_there_is_no_manifest(sealed: Store, key: Path) -> None:
    with pytest.raises(LedgerError, match="is missing: there is nothing to sign"):
        sign.sign(sealed, "0" * 32, 3, sign.read_private(key))


def test_a_chain_that_does_not_fit_together_is_not_signed(
    sealed: Store, key: Path, tmp_path: Path
) -> None:
    recorded(tmp_path / "ledger", 2)
    seal(sealed)
    (chain,) = read_chains(sealed)
    sealed.delete(path_of(chain.id, 0))
    with pytest.raises(LedgerError, match="nothing was signed: error: missing"):
        sign.sign_last(sealed, chain.id, sign.read_private(key))


def test_a_head_is_signed_with_what_it_says(sealed: Store, key: Path, tmp_path: Path) -> None:
    private = sign.read_private(key)
    found = sign.sign_head(head(sealed), private)
    (again,) = parse(json.dumps(found.document).encode(), "h")
    assert again == found
    assert list(sign.check_head(again, private.public)) == []
    forged = again._replace(utc="2026-01-01T00:00:00+00:00")
    assert [each.kind for each in sign.check_head(forged, private.public)] == ["unsigned"]
    other = sign.make_key(tmp_path / "other")
    assert [each.kind for each in sign.check_head(again, other)] == ["unsigned"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "it has the form of none"),
        (b"ssh-rsa AAAA", "it has the form of none"),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "the form of none"),
    ],
)
def test_what_is_no_key_is_said_in_one_line(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(data)
    for read in (sign.read_public, sign.read_private):
        with pytest.raises(UsageError, match=said) as raised:
            read(path)
        assert "\n" not in str(raised.value)
    with pytest.raises(UsageError, match="No such file"):
        sign.read_public(tmp_path / "none")


def test_keys_of_another_kind_are_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric import ec

    private = ec.generate_private_key(ec.SECP256R1())
    path = tmp_path / "key"
    path.write_bytes(
        private.private_bytes(
            forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.BestAvailableEncryption(b"x")
        )
    )
    with pytest.raises(UsageError, match="has a password"):
        sign.read_private(path)
    path.write_bytes(
        private.public_key().public_bytes(
            forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo
        )
    )
    with pytest.raises(UsageError, match="no Ed25519 public key"):
        sign.read_public(path)


def test_keys_of_openssh_are_accepted(sealed: Store, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    path = tmp_path / "id_ed25519"
    path.write_bytes(
        private.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.OpenSSH, forms.NoEncryption())
    )
    line = private.public_key().public_bytes(forms.Encoding.OpenSSH, forms.PublicFormat.OpenSSH)
    sign.public_path(path).write_bytes(line + b" me@host\n")
    _sign(sealed, path)
    assert verify(sealed, key=sign.read_public(sign.public_path(path))) == []


def test_another_tool_checks_the_signature(sealed: Store, key: Path, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine")
    chain, number = _sign(sealed, key)
    (tmp_path / "m").write_bytes(sealed.read(path_of(chain, number)))
    document = json.loads(sealed.read(sign.signature_path(chain, number)))
    (tmp_path / "s").write_bytes(base64.b64decode(document["signature"]))
    done = subprocess.run(
        [
            *(openssl, "pkeyutl", "-verify", "-pubin", "-inkey", f"{key}.pub", "-rawin"),
            *("-in", str(tmp_path / "m"), "-sigfile", str(tmp_path / "s")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_without_the_package_signatures_are_a_note_and_keys_one_line(
    sealed: Store, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sign(sealed, key)
    monkeypatch.setitem(sys.modules, "cryptography", None)
    (one,) = verify(sealed)
    assert one.severity == "note"
    assert "pip install 'footprint-ledger[sign]'" in one.text
    with pytest.raises(UsageError, match=r"footprint-ledger\[sign\]"):
        sign.read_public(sign.public_path(key))
