"""What strangers sent, as a message may show it: short, on one line, without keys."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

_LONGEST = 80
_LONG_KEY = 12


class Masked:
    """Takes the keys of one request out of texts.

    Args:
        headers: as sent; all their values are keys, and so is each word of them.
        auth: user and password as sent by HTTP Basic, and what the two look like on the line.
    """

    def __init__(
        self, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None
    ) -> None:
        values = (headers or {}).values()
        keys = {*values, *(auth or ())} | {word for value in values for word in value.split()}
        self._sent = [value for value in values if len(value) >= _LONG_KEY]
        if auth is not None:
            keys.add(b64encode(":".join(auth).encode()).decode())
        self._keys = sorted(keys - {"", "Bearer"}, key=len, reverse=True)

    def body(self, body: bytes) -> bytes:
        """A body without the keys that headers held, where it repeats them.

        Only long ones: a short word could be a part of the answer.
        """
        for key in self._sent:
            body = body.replace(key.encode(), b"***")
        return body

    def shown(self, text: str | bytes) -> str:
        """At most 80 printable characters; `***` where a key was."""
        if isinstance(text, bytes):
            text = text[:2000].decode("utf-8", "replace")
        for key in self._keys:
            text = text.replace(key, "***")
        text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
