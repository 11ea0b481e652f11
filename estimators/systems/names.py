"""Names of models as people and clients write them.

`GPT-4.5`, `gpt4.5`, `openai/gpt-4.5-preview` and `gpt-4.5-preview-2025-02-27` are one system. A
key keeps letters and digits only. What is stripped never tells two models apart that the tables
know: paths, dates and versions of a release, and words such as `instruct` and `latest`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# `us.anthropic.`, `global.meta.`, `mistral.`: prefixes of ids on AWS Bedrock.
_BEDROCK = re.compile(r"^(?:(?:us|eu|apac|global|au|jp|ca|regional)\.)?(?:[a-z0-9]+)\.(?=[a-z])")
_SUFFIXES = (
    re.compile(r"-v\d+(:\d+)?$"),  # Bedrock's -v1:0
    re.compile(r"[-@]20\d{2}-?(0[1-9]|1[0-2])-?([0-2]\d|3[01])$"),
    re.compile(r"-(0[1-9]|1[0-2])([0-2]\d|3[01])$"),  # -0613
    re.compile(r"-(fp8|int8|int4|bf16|fp16|awq|gptq)$"),  # the same model, other weights
    re.compile(r"[-:](latest|preview|beta|exp|free|instruct|chat|hf|it|base|turbo-instruct)$"),
)


def tidy(text: str) -> str:
    """A name as an id: small letters, no spaces."""
    return re.sub(r"\s+", "-", text.strip().casefold())


def without_path(text: str) -> str:
    """The last part of a path: `gpt-4o` of `openai/gpt-4o`."""
    return text.rsplit("/", 1)[-1]


def key(text: str) -> str:
    """Letters and digits of a name: what is compared."""
    return re.sub(r"[^0-9a-z]+", "", text.casefold())


def keys(text: str) -> Iterator[str]:
    """Keys to look a name up by: as written, then with less and less of its ending."""
    word = without_path(tidy(text)).replace("_", "-")
    for start in dict.fromkeys((word, _BEDROCK.sub("", word))):
        rest = start
        yield key(rest)
        shorter = _shortened(rest)
        while shorter != rest:
            yield key(shorter)
            rest, shorter = shorter, _shortened(shorter)


def _shortened(word: str) -> str:
    for suffix in _SUFFIXES:
        less = suffix.sub("", word)
        if less != word and less:
            return less
    return word
