"""Reading an SPDX 3.0.1 document in JSON-LD: its graph, with positions in the text."""

from __future__ import annotations

from typing import Any

from footprint.emitters.sbom.json_read import Node, Number
from footprint.emitters.sbom.spdx_elements import CONTEXT, VERSION
from footprint.errors import UsageError, shown


def decoded(document: bytes) -> str:
    """The text of a document. Raises UsageError for what is not UTF-8."""
    try:
        return document.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"this is no SPDX document in JSON: byte {error.start} is not UTF-8"
        ) from error


def graph(root: Node) -> Node:
    """The list of a document's elements.

    Raises UsageError for what is no SPDX 3.0.1 document in JSON-LD, or has no list of elements.
    """
    context = root.get("@context")
    contexts = [] if context is None else [context, *context.items]
    if not any(each.value == CONTEXT for each in contexts):
        older = root.text("spdxVersion")
        said = f"it is {older}" if older else "its @context is another"
        if context is not None and isinstance(context.value, str):
            said = f"its @context is {shown(context.value)}"
        raise UsageError(
            f"this is no SPDX {VERSION} document in JSON-LD ({said}): give one with the @context"
            f" {CONTEXT}, or make a new one with -o FILE"
        )
    found = root.get("@graph")
    if found is None or not isinstance(found.value, list):
        raise UsageError(
            "the document has no list @graph, so that nothing can be put beside its element:"
            " write its elements into @graph"
        )
    return found


def elements_of(nodes: Node) -> list[dict[str, Any]]:
    """The elements of a graph without positions, in their places; empty for what is no object."""
    values = [_plain(each) for each in nodes.items]
    return [each if isinstance(each, dict) else {} for each in values]


def _plain(node: Node) -> Any:
    """The value of a node without positions; numbers as their text."""
    if isinstance(node.value, dict):
        return {key: _plain(member.value) for key, member in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(each) for each in node.value]
    return node.value.text if isinstance(node.value, Number) else node.value
