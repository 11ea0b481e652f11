"""Buckets of S3 and of what speaks its protocol (MinIO, Ceph, R2), by the package obstore.

An object is whole or not there, so only three things need care here:

- `create` asks with `If-None-Match: *`, which S3 knows since August 2024. A server that does not
  know it would overwrite, and two sealers would lose one another's work: a handle's first new
  object is therefore written twice, and a server that takes the second is refused.
- The answer to a `create` that was done can get lost, and the next try meets its own object. Each
  carries a token of its own, so that the winner knows itself.
- Nothing waits for ever: connecting, reading and trying again have their limits.

Settings are those of the AWS tools, from the environment: AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, AWS_ENDPOINT_URL, AWS_SKIP_SIGNATURE and
more (docs/how-to/object-stores.md).
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from footprint.errors import LedgerError, shown
from footprint.ledger.stores import naming, object_errors
from footprint.ledger.stores.copies import Copies

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig, S3Store

#: The metadata in which an object keeps the token of who created it.
_TOKEN = "footprint-token"
#: Bytes of a request when much is read or written: well within the time that one may take.
_CHUNK = 16 * 2**20
#: How long connecting, a pause of the server's and a whole request may take, and how long a request
#: is tried again: a server that is away is told after some 20 s.
CONNECT_S, PAUSE_S, REQUEST_S, RETRY_S = 4.0, 30.0, 120.0, 60.0
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")


class _Known(NamedTuple):
    """What was last seen of an object; `tag` changes with its content."""

    size: int
    tag: str


class ObjectStore:
    """A bucket, or what lies below a prefix of it, as a `Store`.

    Args:
        where: `s3://bucket` or `s3://bucket/prefix`.
        environ: where the settings are read that are not obstore's own.

    Safe for threads. After a fork the child has to open its own.

    Raises LedgerError for a URL that names no bucket, and where obstore is not installed.
    """

    def __init__(self, where: str, environ: Mapping[str, str] = os.environ) -> None:
        self.where = where.rstrip("/")
        url = urlsplit(self.where)
        if not url.netloc or url.query or url.fragment or "@" in url.netloc or ":" in url.netloc:
            raise LedgerError(
                f"{where} names no bucket: give s3://bucket/prefix (credentials and endpoint are"
                " read from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL)"
            )
        prefix = url.path.strip("/")
        if prefix:
            naming.checked(prefix)
        endpoint = next((environ[name] for name in _ENDPOINTS if environ.get(name)), "")
        if endpoint and not re.fullmatch(r"https?://[^/?#]+(/[^?#]*)?", endpoint):
            raise LedgerError(
                f"AWS_ENDPOINT_URL={shown(endpoint)} is no server: give https://host[:port] or"
                " http://host[:port]"
            )
        self._prefix = prefix + "/" if prefix else ""
        self._store = _connect(self.where, url.netloc, endpoint)
        self._copies = Copies(f"{endpoint} {self.where}", environ)
        self._listed: dict[str, _Known] = {}
        self._trusted = False  # whether the server was seen to refuse a second `create`

    def names(self, prefix: str = "") -> list[tuple[str, int]]:
        """(name, bytes) of all objects below a prefix, by name; names with dots are left out."""
        import obstore

        folder = naming.folder(prefix)
        below = f"{self._prefix}{folder}/" if folder else self._prefix
        found: list[tuple[str, int]] = []
        with self._said("list"):
            for page in obstore.list(self._store, below or None, chunk_size=1000):
                for each in page:
                    name = each["path"][len(self._prefix) :]
                    if not naming.is_hidden(name):
                        found.append((name, each["size"]))
                        self._listed[name] = _Known(each["size"], each["e_tag"] or "")
        return sorted(found)

    def read(self, name: str, start: int = 0, end: int | None = None) -> bytes:
        """An object's bytes from `start` to `end`. Raises FileNotFoundError where it is missing."""
        import obstore
        from obstore import exceptions

        key = self._key(name)
        with self._said("read", name):
            if start == 0 and end is None:
                return bytes(obstore.get(self._store, key).bytes())
            if end is not None and start >= end:  # HTTP has no empty range
                obstore.head(self._store, key)
                return b""
            cut: obstore.GetOptions = {"range": {"offset": start} if end is None else (start, end)}
            try:
                return bytes(obstore.get(self._store, key, options=cut).bytes())
            except exceptions.GenericError as error:
                if "416 " in str(error):  # it ends before `start`
                    return b""
                raise

    def create(self, name: str, data: bytes) -> bool:
        """Writes a new object; False, and nothing is changed, where the name is taken."""
        created = self._create(name, data)
        if created and not self._trusted:
            if self._create(name, data):
                raise LedgerError(
                    f"{self.where} overwrites what is to be written once (it ignores"
                    " If-None-Match), so that two writers would lose each other's work: update the"
                    " server, or name a bucket of another or a directory"
                )
            self._trusted = True
        return created

    def replace(self, name: str, data: bytes) -> None:
        """Writes an object, new or in place of another."""
        import obstore

        key = self._key(name)
        with self._said("write", name, writing=True):
            obstore.put(self._store, key, data)
        self._listed.pop(name, None)

    def put(self, name: str, path: Path) -> None:
        """Copies a local file to a name, new or in place of another."""
        import obstore

        key = self._key(name)
        with path.open("rb") as source, self._said("write", name, writing=True):
            obstore.put(self._store, key, source, chunk_size=_CHUNK, max_concurrency=4)
        self._listed.pop(name, None)

    def delete(self, name: str) -> None:
        """Removes an object; one that is missing is removed already."""
        import obstore

        key = self._key(name)
        with self._said("delete", name, writing=True), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, key)
        self._listed.pop(name, None)

    def local(self, name: str) -> Path:
        """A whole copy in the user's cache, fetched where there is none of this content.

        What this handle listed is taken to be still so. Raises FileNotFoundError where it is
        missing.
        """
        import obstore

        key = self._key(name)
        with self._said("read", name):
            known = self._listed.get(name)
            if known is None:
                head = obstore.head(self._store, key)
                known = _Known(head["size"], head["e_tag"] or "")
        return self._copies.copy(name, known.size, known.tag, self._pieces(name, known))

    def written_utc_ns(self, name: str) -> int:
        """When an object was written, by the server's clock. Raises FileNotFoundError."""
        import obstore

        key = self._key(name)
        with self._said("read", name):
            written = obstore.head(self._store, key)["last_modified"]
        return round(written.timestamp()) * 1_000_000_000

    def _pieces(self, name: str, known: _Known) -> Callable[[], Iterator[bytes]]:
        """The object's content, piece by piece; it ends in an error where it changes meanwhile."""
        import obstore

        key = self._key(name)

        def pieces() -> Iterator[bytes]:
            for start in range(0, known.size, _CHUNK):
                span = (start, min(start + _CHUNK, known.size))
                with self._said("read", name):
                    options: obstore.GetOptions = {"range": span, "if_match": known.tag or None}
                    piece = bytes(obstore.get(self._store, key, options=options).bytes())
                yield piece

        return pieces

    def _create(self, name: str, data: bytes) -> bool:
        import obstore
        from obstore import exceptions

        key = self._key(name)
        token = secrets.token_hex(16)
        with self._said("write", name, writing=True):
            try:
                obstore.put(self._store, key, data, mode="create", attributes={_TOKEN: token})
            except exceptions.AlreadyExistsError:
                return self._is_ours(key, token)
            except exceptions.GenericError as error:  # perhaps done, and the answer was lost
                try:
                    ours = self._is_ours(key, token)
                except exceptions.BaseError:
                    raise error from None
                if not ours:
                    raise
        self._listed.pop(name, None)
        return True

    def _is_ours(self, key: str, token: str) -> bool:
        """Whether an object is the one that this token made; what keeps that unknown is raised."""
        import obstore

        try:
            found = obstore.get(self._store, key, options={"head": True})
        except FileNotFoundError:
            return False
        return dict(found.attributes).get(_TOKEN) == token

    def _key(self, name: str) -> str:
        return self._prefix + naming.checked(name)

    @contextlib.contextmanager
    def _said(self, doing: str, name: str = "", writing: bool = False) -> Iterator[None]:
        """What the server refuses, as one line; an object that is missing is a missing file."""
        from obstore import exceptions

        place = f"{self.where}/{name}" if name else self.where
        try:
            yield
        except FileNotFoundError as error:
            if writing or "NoSuchBucket" in str(error):
                raise object_errors.said(doing, place, error) from error
            raise FileNotFoundError(place) from error
        except (exceptions.BaseError, ValueError, OSError) as error:
            raise object_errors.said(doing, place, error) from error


def _connect(where: str, bucket: str, endpoint: str) -> S3Store:
    try:
        from obstore.store import S3Store
    except ImportError as error:
        raise LedgerError(
            f"{where} needs the package obstore: pip install 'footprint-ledger[s3]'"
        ) from error
    client: ClientConfig = {
        "connect_timeout": timedelta(seconds=CONNECT_S),
        "read_timeout": timedelta(seconds=PAUSE_S),
        "timeout": timedelta(seconds=REQUEST_S),
        # As the AWS tools do: who names an endpoint without TLS means it.
        "allow_http": endpoint.startswith("http://"),
    }
    retry: RetryConfig = {
        "max_retries": 3,
        "retry_timeout": timedelta(seconds=RETRY_S),
        "backoff": {"init_backoff": timedelta(milliseconds=200), "base": 3},
    }
    try:
        if endpoint:
            return S3Store(bucket, endpoint=endpoint, client_options=client, retry_config=retry)
        return S3Store(bucket, client_options=client, retry_config=retry)
    except Exception as error:  # whatever a setting in the environment makes of it
        raise object_errors.said("open", where, error) from error
