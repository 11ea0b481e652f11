"""Figures into an existing CycloneDX document: everything else stays byte for byte.

Entries of ours (`footprint:kind`) are replaced, others stay. What another tool said of the same
activity, or of the same metric, is replaced only where asked for, since two figures for one
activity would be added up by a reader. A signature over what changes would no longer hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from footprint.emitters.emitter import Options
from footprint.emitters.sbom.cyclonedx_component import ancestor, component, environment
from footprint.emitters.sbom.cyclonedx_entries import (
    KIND,
    activity_of,
    base_entries,
    base_notes,
    entries,
    notes,
)
from footprint.emitters.sbom.cyclonedx_metrics import METRIC, metrics, name_of
from footprint.emitters.sbom.cyclonedx_place import Component, Document, place, refs
from footprint.emitters.sbom.json_edit import Edits, Value, same
from footprint.emitters.sbom.json_read import Node, Number, line_of
from footprint.emitters.view import Base, View
from footprint.errors import OccupiedError

#: How the names of our properties begin.
OURS = "footprint:"


def merged(view: View, document: Document, options: Options) -> str:
    """The document's text with the view's figures; the same text where nothing changes.

    Raises OccupiedError, unless forced, where another tool's figures or a signature would have to
    give way, and UsageError where the document is not laid out as CycloneDX is.
    """
    return _Merge(view, document, options).made()


class _Merge:
    def __init__(self, view: View, document: Document, options: Options) -> None:
        self.view = view
        self.document = document
        self.force = options.force
        self.edits = Edits(document.text, document.root)

    def made(self) -> str:
        found = place(self.document, self.view, self.force)
        if found is None:
            self.into_list(self.document.root, "components", [self.new()])
        else:
            self.card(found.node)
            if self.view.base is not None:
                self.base(found.node, self.view.base)
        if self.edits:
            self.unsigned(found)
            self.next_version()
        return self.edits.made()

    def new(self) -> dict[str, Value]:
        """The model as a component of its own; its bom-ref only where no other has it."""
        fresh = component(self.view)
        if fresh["bom-ref"] in refs(self.document.root):
            del fresh["bom-ref"]
        return fresh

    def card(self, node: Node) -> None:
        """The model card of a component that is there: energy, and the metrics."""
        card = self.document.object(node, "modelCard")
        if card is None:
            self.edits.member(node, "modelCard", component(self.view)["modelCard"])
            return
        kinds = {stage.kind for stage in self.view.stages}
        self.environment(card, entries(self.view), notes(self.view), kinds)
        if self.view.metrics:
            self.metrics(card)

    def environment(
        self, card: Node, stated: Mapping[str, Value], about: list[Value], kinds: set[str]
    ) -> None:
        """`considerations.environmentalConsiderations` of a card that is there.

        An entry of ours of one of `kinds` that is no longer stated goes.
        """
        whole = environment(stated, about)
        considerations = self.document.object(card, "considerations")
        if considerations is None:
            self.edits.member(card, "considerations", {"environmentalConsiderations": whole})
            return
        block = self.document.object(considerations, "environmentalConsiderations")
        if block is None:
            self.edits.member(considerations, "environmentalConsiderations", whole)
            return
        self.consumptions(block, stated, kinds)
        self.properties(block, about)

    def consumptions(self, block: Node, stated: Mapping[str, Value], kinds: set[str]) -> None:
        listed = self.document.list(block, "energyConsumptions")
        activities = {activity_of(kind) for kind in stated}
        gone: list[Node] = []
        places: dict[str, Node] = {}
        for node in listed.items if listed is not None else ():
            kind = kind_of(node)
            if kind is None:
                if node.text("activity") in activities:
                    self.occupied(node, f"{node.text('activity')} has figures of another tool")
                    gone.append(node)
            elif kind in stated and kind not in places:
                places[kind] = node
            elif kind in kinds:
                gone.append(node)
        for kind, node in places.items():
            self.edits.replace(node, stated[kind])
        fresh = [entry for kind, entry in stated.items() if kind not in places]
        self.into_list(block, "energyConsumptions", fresh, gone)

    def properties(self, parent: Node, about: list[Value]) -> None:
        """Properties of ours, which are all replaced; others stay where they are."""
        listed = self.document.list(parent, "properties")
        items = listed.items if listed is not None else []
        ours = [node for node in items if (node.text("name") or "").startswith(OURS)]
        self.into_list(parent, "properties", about, ours)

    def metrics(self, card: Node) -> None:
        stated = metrics(self.view)
        listed = self.document.list(card, "properties")
        marks = [
            node
            for node in (listed.items if listed is not None else [])
            if node.text("name") == METRIC
        ]
        ours = {node.text("value") for node in marks}
        analysis = self.document.object(card, "quantitativeAnalysis")
        if analysis is None:
            self.edits.member(
                card, "quantitativeAnalysis", {"performanceMetrics": list(stated.values())}
            )
        else:
            found = self.document.list(analysis, "performanceMetrics")
            there: set[str] = set()
            for node in found.items if found is not None else ():
                name = name_of(node.text("type") or "", node.text("slice") or "")
                if name in stated and name not in there:
                    there.add(name)
                    if name not in ours and not same(node, stated[name]):
                        self.occupied(node, f"{name} has another tool's value")
                    self.edits.replace(node, stated[name])
            fresh = [metric for name, metric in stated.items() if name not in there]
            self.into_list(analysis, "performanceMetrics", fresh)
        names = [name for name in stated if name not in ours]
        self.into_list(card, "properties", [{"name": METRIC, "value": name} for name in names])

    def base(self, node: Node, base: Base) -> None:
        """The model that this one was made from, under `pedigree.ancestors`."""
        whole = ancestor(base)
        pedigree = self.document.object(node, "pedigree")
        if pedigree is None:
            self.edits.member(node, "pedigree", {"ancestors": [whole]})
            return
        listed = self.document.list(pedigree, "ancestors")
        items = listed.items if listed is not None else []
        known = next((each for each in items if each.text("name") == base.model), None)
        if known is None:
            self.into_list(pedigree, "ancestors", [whole])
        elif (card := self.document.object(known, "modelCard")) is None:
            self.edits.member(known, "modelCard", whole["modelCard"])
        else:
            self.environment(card, base_entries(base), base_notes(base), {"training"})

    def into_list(
        self, parent: Node, key: str, values: list[Value], gone: Iterable[Node] = ()
    ) -> None:
        """Items into a list that may be missing."""
        old = list(gone)
        listed = self.document.list(parent, key)
        if listed is not None:
            self.edits.items(listed, values, old)
        elif values:
            self.edits.member(parent, key, values)

    def occupied(self, node: Node, what: str) -> None:
        if not self.force:
            line = line_of(self.document.text, node.start)
            raise OccupiedError(f"line {line}: {what}: --force replaces it")

    def unsigned(self, found: Component | None) -> None:
        """Refuses to break a signature, unless forced: it then has to be signed anew."""
        signed = [self.document.root, *((*found.within, found.node) if found else ())]
        for node in signed:
            if (signature := node.get("signature")) is not None and not self.force:
                line = line_of(self.document.text, signature.start)
                raise OccupiedError(
                    f"line {line}: what changes is signed, and the signature would no longer hold:"
                    " --force changes it all the same; sign it anew"
                )

    def next_version(self) -> None:
        """A changed document has the next version, as CycloneDX asks; where it has one at all."""
        version = self.document.root.get("version")
        if version is not None and isinstance(version.value, Number):
            text = version.value.text
            if text.isdecimal() and len(text) < 10:
                self.edits.replace(version, int(text) + 1)


def kind_of(entry: Node) -> str | None:
    """The kind of activity of an entry of ours; None for another tool's."""
    return property_of(entry, KIND)


def property_of(entry: Node, name: str) -> str | None:
    """The value of an entry's first property of a name; None where it has none."""
    listed = entry.get("properties")
    for each in listed.items if listed is not None else ():
        if each.text("name") == name:
            return each.text("value")
    return None
