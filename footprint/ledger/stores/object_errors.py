"""What an object store refuses, as one line: what, where, what to do."""

from __future__ import annotations

import re

from footprint.errors import LedgerError

#: What is looked for in the error's text, in this order: what it means, and the remedy.
_MEANINGS = (
    (
        r"NoSuchBucket",
        "there is no such bucket",
        "make it, or correct its name or AWS_ENDPOINT_URL",
    ),
    (
        r"169\.254\.|fd00:ec2|/latest/api/token|credential provider",
        "there are no credentials",
        "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_SKIP_SIGNATURE=true for a bucket"
        " that all may read",
    ),
    (
        r"InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|401 Unauthorized",
        "the credentials are refused",
        "renew AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN",
    ),
    (
        r"PermanentRedirect|AuthorizationHeaderMalformed|redirect without LOC|status code: 30[127]",
        "the bucket is in another region",
        "set AWS_REGION",
    ),
    (
        r"AccessDenied|AllAccessDisabled|403 Forbidden",
        "access is denied",
        "ask for the right to list, read and write there",
    ),
    (
        r"PreconditionFailed|status code: 412",
        "it was changed meanwhile",
        "try again",
    ),
    (
        r"HTTP error",
        "the server cannot be reached",
        "check the network and AWS_ENDPOINT_URL, and try again",
    ),
    (
        r"SlowDown|status code: 50\d",
        "the server is busy or broken",
        "try again later",
    ),
)


def said(doing: str, place: str, error: Exception) -> LedgerError:
    """The error to raise for what `obstore` raised while `doing` something at a place."""
    text = str(error).split("\n\nDebug source", 1)[0]
    for pattern, what, remedy in _MEANINGS:
        if re.search(pattern, text):
            return LedgerError(f"cannot {doing} {place}: {what}: {remedy}")
    code = re.search(r"<Code>([^<]*)</Code>", text)
    first = code[1] if code else " ".join(text.split())[:200]
    return LedgerError(
        f"cannot {doing} {place}: {first}: check the bucket, AWS_ENDPOINT_URL and AWS_REGION"
    )
