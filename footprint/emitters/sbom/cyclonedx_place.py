"""Where in an existing CycloneDX document a model's figures belong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from footprint.emitters.sbom.cyclonedx_component import MODEL
from footprint.emitters.sbom.json_read import Node, line_of, parse
from footprint.emitters.view import View
from footprint.errors import OccupiedError, UsageError, shown

#: Versions whose model cards have a place for energy. The block came with 1.6.
SPECS = ("1.6", "1.7")

#: How the package URL of a model on the Hugging Face Hub begins.
HUB = "pkg:huggingface/"


class Document(NamedTuple):
    """A document as it was read."""

    text: str
    root: Node

    def wrong(self, node: Node, why: str) -> UsageError:
        """An error with the line of a value."""
        return UsageError(f"line {line_of(self.text, node.start)}: {why}")

    def object(self, parent: Node, key: str) -> Node | None:
        """The object under a key; None where there is none. Raises UsageError for another value."""
        return self._typed(parent, key, dict, "an object")

    def list(self, parent: Node, key: str) -> Node | None:
        """The list under a key; None where there is none. Raises UsageError for another value."""
        return self._typed(parent, key, list, "a list")

    def _typed(self, parent: Node, key: str, wanted: type, name: str) -> Node | None:
        found = parent.get(key)
        if found is not None and not isinstance(found.value, wanted):
            raise self.wrong(found, f"{key} is not {name}, as CycloneDX has it: correct it")
        return found


class Component(NamedTuple):
    """A component with those that it lies in, outermost first."""

    node: Node
    within: tuple[Node, ...] = ()


def read(data: bytes) -> Document:
    """A CycloneDX document in JSON, of a version that has a place for energy.

    Raises UsageError: XML, another encoding, no JSON, no CycloneDX, an older or a newer version.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise UsageError(
            "this is XML, and figures are put into CycloneDX documents in JSON only: convert it to"
            " JSON first, or write a document of its own with -o FILE"
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(f"line {line}: not UTF-8, which JSON is in: convert it first") from None
    document = Document(text, parse(text))
    root = document.root
    if root.text("bomFormat") != "CycloneDX":
        raise UsageError(
            'this is no CycloneDX document: it has no "bomFormat": "CycloneDX"; name one, or write'
            " a new one with -o FILE"
        )
    spec = root.text("specVersion")
    if spec not in SPECS:
        raise UsageError(
            f"this is CycloneDX {spec or 'without specVersion'}: model cards have a place for"
            f" energy in {' and '.join(SPECS)} alone: convert it to {SPECS[0]} first, or write a"
            " document of its own with -o FILE"
        )
    return document


def components(document: Document) -> Iterator[Component]:
    """All components: the subject of the document, and those that are listed, nested ones too."""
    metadata = document.object(document.root, "metadata")
    if metadata is not None and (subject := document.object(metadata, "component")) is not None:
        yield Component(subject)
        yield from _nested(document, subject, (subject,))
    yield from _nested(document, document.root, ())


def place(document: Document, view: View, force: bool) -> Component | None:
    """The model's component; None where the document has none.

    It is known by its bom-ref, else by its package URL or its group and name, else by its name,
    where only one of the two names an owner (`owner/net`) by what follows it.

    Raises:
        UsageError: several components are meant.
        OccupiedError: it is there in another version alone, unless forced.
    """
    models = [each for each in components(document) if each.node.text("type") == MODEL]
    for is_meant in (_by_ref, _by_path, _by_name, _by_short_name):
        if found := [each for each in models if is_meant(each.node, view.model)]:
            return _of_version(document, view, found, force)
    return None


def refs(node: Node) -> set[str]:
    """Every bom-ref at or below a value: each of them is there once in a document."""
    found = {ref} if (ref := node.text("bom-ref")) is not None else set[str]()
    below = node.value.values() if isinstance(node.value, dict) else ()
    for each in (*(member.value for member in below), *node.items):
        found |= refs(each)
    return found


def named(node: Node) -> str:
    """A component in a message."""
    version = node.text("version")
    return shown(node.text("name") or "") + (f" version {version}" if version else "")


def _nested(document: Document, parent: Node, within: tuple[Node, ...]) -> Iterator[Component]:
    listed = document.list(parent, "components")
    for node in listed.items if listed is not None else ():
        if isinstance(node.value, dict):
            yield Component(node, within)
            yield from _nested(document, node, (*within, node))


def _of_version(document: Document, view: View, found: list[Component], force: bool) -> Component:
    same = [each for each in found if each.node.text("version") == view.version]
    open_ = [each for each in found if each.node.text("version") is None or view.version is None]
    meant = same or open_ or (found if force else [])
    if len(meant) == 1:
        return meant[0]
    if meant:
        refs = ", ".join(
            each.node.text("bom-ref")
            or f"the one in line {line_of(document.text, each.node.start)}"
            for each in meant
        )
        raise UsageError(
            f"{len(meant)} components are {shown(view.model)}: {refs}: leave one of"
            " them, or give the figures the version of one"
        )
    raise OccupiedError(
        f"line {line_of(document.text, found[0].node.start)}: the component"
        f" {named(found[0].node)} is not version {view.version}, of which the figures are: correct"
        " one of them, or --force to put them there"
    )


def _by_ref(node: Node, model: str) -> bool:
    return node.text("bom-ref") == model


def _by_path(node: Node, model: str) -> bool:
    purl = node.text("purl") or ""
    group = node.text("group")
    path = unquote(purl.removeprefix(HUB).partition("?")[0].partition("#")[0].partition("@")[0])
    return (
        purl == model
        or (purl.startswith(HUB) and path.casefold() == model.casefold())
        or (group is not None and f"{group}/{node.text('name')}" == model)
    )


def _by_name(node: Node, model: str) -> bool:
    return node.text("name") == model


def _by_short_name(node: Node, model: str) -> bool:
    name = node.text("name") or ""
    owner = node.text("group") or name.rpartition("/")[0]
    asked, _, short = model.rpartition("/")
    return name.rpartition("/")[2] == short and not (owner and asked)
