"""Ed25519 signatures over manifests and heads (RFC 8032), by the package cryptography.

A signature is of a manifest's own bytes, so that other tools can check it too, and stands beside
it:

    manifests/<chain>/00000012.sig.json
    {"schema": "footprint.signature/1", "manifest": SHA-256, "key": public key, "signature": base64}

The key's name is the public key itself, 32 bytes in hex. So a signature that was damaged is found
without any key; whose key it is only its owner can say: `verify --key`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from footprint.errors import LedgerError, UsageError, shown
from footprint.ledger.proofs.chains import SIGNATURE, Manifests, read
from footprint.ledger.proofs.findings import Finding, note
from footprint.ledger.proofs.head import Head
from footprint.ledger.sealed.manifest import MANIFESTS, canonical, number_of, path_of
from footprint.ledger.stores import Store

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SCHEMA = "footprint.signature/1"
_NEEDED = "signatures need the package cryptography: pip install 'footprint-ledger[sign]'"
#: What is said of other bytes; the package's own words are long, and name no remedy.
_NO_FORM = "it has the form of none, PEM or OpenSSH's"
_RESTORE = "put back the file from a copy, or sign again with `footprint seal --sign`"


class PublicKey(NamedTuple):
    """A public key: 32 bytes in hex."""

    hex: str


class PrivateKey(NamedTuple):
    """A private key, and its public one."""

    secret: Ed25519PrivateKey
    public: PublicKey


def make_key(path: Path) -> PublicKey:
    """Makes a pair: the private key at `path` (PKCS 8, PEM, mode 0600), the public at `path`.pub.

    Raises UsageError where a file is there already or cannot be written.
    """
    _package()
    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(forms.Encoding.PEM, forms.PrivateFormat.PKCS8, forms.NoEncryption())
    public = key.public_key().public_bytes(
        forms.Encoding.PEM, forms.PublicFormat.SubjectPublicKeyInfo
    )
    for where, data, mode in ((path, private, 0o600), (public_path(path), public, 0o644)):
        try:
            handle = os.open(where, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
        except OSError as error:
            raise UsageError(
                f"cannot make the key {where}: {error.strerror}: name a file that is not there"
            ) from error
    return _public(key.public_key())


def public_path(path: Path) -> Path:
    """Where the public key of a pair lies."""
    return path.with_name(path.name + ".pub")


def read_private(path: Path) -> PrivateKey:
    """An Ed25519 private key: PEM, or as `ssh-keygen -t ed25519` writes it, without a password.

    Raises UsageError for any other file.
    """
    _package()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    data = _file(path)
    load = (
        forms.load_ssh_private_key if b"OPENSSH PRIVATE KEY" in data else forms.load_pem_private_key
    )
    try:
        key = load(data, None)
    except TypeError as error:
        raise UsageError(f"{path} has a password: name a key that has none") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(path, "private", _NO_FORM) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "private", type(key).__name__)
    return PrivateKey(key, _public(key.public_key()))


def read_public(path: Path) -> PublicKey:
    """An Ed25519 public key: PEM, or a line of OpenSSH (`ssh-ed25519 AAAA...`).

    Raises UsageError for any other file.
    """
    _package()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization as forms
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    data = _file(path)
    try:
        if data.lstrip().startswith(b"ssh-"):
            key: object = forms.load_ssh_public_key(data)
        else:
            key = forms.load_pem_public_key(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(path, "public", _NO_FORM) from error
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path, "public", type(key).__name__)
    return _public(key)


def sign(store: Store, chain: str, number: int, key: PrivateKey) -> str:
    """Signs a manifest; the signature's name in the store.

    Raises LedgerError where the manifest is missing, or another key's signature is there.
    """
    name = path_of(chain, number)
    try:
        data = store.read(name)
    except FileNotFoundError as error:
        raise LedgerError(f"{store.where}/{name} is missing: there is nothing to sign") from error
    document = {
        "schema": SCHEMA,
        "manifest": hashlib.sha256(data).hexdigest(),
        "key": key.public.hex,
        "signature": base64.b64encode(key.secret.sign(data)).decode(),
    }
    store.replace(signature_path(chain, number), canonical(document))
    return signature_path(chain, number)


def sign_last(store: Store, chain: str, key: PrivateKey) -> str:
    """Signs the last manifest of a chain, which stands for all before it.

    Nothing is vouched for that does not fit together: raises LedgerError where a manifest before
    it was changed or is missing.
    """
    manifests, findings = read(store)
    for each in findings:
        if each.is_error and each.where.startswith(f"{MANIFESTS}/{chain}/"):
            raise LedgerError(f"{store.where}: nothing was signed: {each.line}")
    return sign(store, chain, max(manifests.hashes[chain]), key)


def sign_head(found: Head, key: PrivateKey) -> Head:
    """The same head with a signature."""
    signature = base64.b64encode(key.secret.sign(found.message)).decode()
    return found._replace(signature=(key.public.hex, signature))


def signature_path(chain: str, number: int) -> str:
    """Where the signature of a manifest lies."""
    return path_of(chain, number).removesuffix(".json") + SIGNATURE


def check_head(found: Head, key: PublicKey) -> Iterator[Finding]:
    """Whether a head that is signed is signed with a key; one that is not is not asked for it."""
    if found.signature is None:
        return
    name, signature = found.signature
    if name != key.hex or not _holds(name, signature, found.message):
        text = f"the head is not signed with the key {key.hex}: take another copy of it"
        yield Finding("unsigned", "head", text)


def check_chains(store: Store, manifests: Manifests, key: PublicKey | None) -> Iterator[Finding]:
    """Whether signatures hold, and, with a key, whether every chain's last manifest has one."""
    signed: set[tuple[str, int]] = set()
    for name, _ in store.names(MANIFESTS):
        if not name.endswith(SIGNATURE):
            continue
        place = number_of(name.removesuffix(SIGNATURE) + ".json")
        if place is None:
            yield note("foreign", name, "no file of a ledger's; it is not read")
            continue
        wrong, signer = _wrong(store, name, place, manifests)
        if wrong is not None:
            yield wrong
        elif key is not None and signer == key.hex:
            signed.add(place)
        elif key is not None:
            text = f"it is signed with {signer}, not with the key that was given"
            yield note("unsigned", name, text)
    if key is None:
        return
    for chain, hashes in sorted(manifests.hashes.items()):
        last = max(hashes)
        if (chain, last) not in signed:
            earlier = max((number for each, number in signed if each == chain), default=None)
            known = "none is" if earlier is None else f"the last that is: {earlier}"
            text = f"it is the last of its chain and not signed with the key {key.hex} ({known})"
            yield Finding("unsigned", path_of(chain, last), text)


def _wrong(
    store: Store, name: str, place: tuple[str, int], manifests: Manifests
) -> tuple[Finding | None, str]:
    """What is wrong with a signature, and whose it is."""
    chain, number = place
    digest = manifests.hashes.get(chain, {}).get(number)
    if digest is None:
        text = f"it signs {path_of(chain, number)}, which is missing: {_RESTORE}"
        return Finding("missing", path_of(chain, number), text), ""
    data = store.read(name)
    try:
        document: dict[str, Any] = json.loads(data)
        signer, signature = document["key"], document["signature"]
        if document["schema"] != SCHEMA or canonical(document) != data:
            raise ValueError(f"it is not as footprint writes it ({shown(document['schema'])})")
        if set(document) != {"schema", "manifest", "key", "signature"}:
            raise ValueError("it has other keys")
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        return Finding("changed", name, f"it is no signature ({error}): {_RESTORE}"), ""
    if document["manifest"] != digest:
        text = f"it is of another manifest than {path_of(chain, number)}: {_RESTORE}"
        return Finding("changed", name, text), ""
    try:
        holds = _holds(signer, signature, store.read(path_of(chain, number)))
    except UsageError as error:
        return note("unsigned", name, f"it was not checked: {error}"), ""
    if not holds:
        return Finding("changed", name, f"its signature does not hold: {_RESTORE}"), ""
    return None, str(signer)


def _holds(signer: str, signature: str, message: bytes) -> bool:
    """Whether a signature is that key's of these bytes."""
    _package()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        if base64.b64encode(base64.b64decode(signature, validate=True)).decode() != signature:
            return False  # other text for the same bytes
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer))
        key.verify(base64.b64decode(signature), message)
    except (InvalidSignature, ValueError, TypeError, binascii.Error):
        return False
    return bytes.fromhex(signer).hex() == signer


def _public(key: Any) -> PublicKey:
    raw: bytes = key.public_bytes_raw()
    return PublicKey(raw.hex())


def _package() -> None:
    try:
        import cryptography  # noqa: F401
    except ImportError as error:
        raise UsageError(_NEEDED) from error


def _file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror or error}: name a key of `footprint verify --make-key`"
        ) from error


def _no_key(path: Path, kind: str, what: object) -> UsageError:
    return UsageError(
        f"{path} is no Ed25519 {kind} key ({what}): make one with `footprint verify --make-key`"
    )


__all__ = [
    "PrivateKey",
    "PublicKey",
    "check_chains",
    "check_head",
    "make_key",
    "public_path",
    "read_private",
    "read_public",
    "sign",
    "sign_head",
    "sign_last",
    "signature_path",
]
