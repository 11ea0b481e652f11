"""The items of the EU AI Act's documentation that footprint fills, one literal list.

Sources:
    Regulation (EU) 2024/1689, Annex XI, section 1 (OJ L, 2024/1689, 12.7.2024).
    Model Documentation Form, General-Purpose AI Code of Practice, Transparency chapter
    (10 July 2025).

Neither has a machine-readable form of its own: docs/how-to/eu-ai-act.md.
"""

from __future__ import annotations

from typing import NamedTuple

#: Name of our own JSON, and of its schema.
SCHEMA = "footprint.eu-ai-act/1"

#: Who gets an item: AI Office, national competent authorities.
AIO, NCA, BOTH = ("AIO",), ("NCA",), ("AIO", "NCA")

#: Sections, in the form's order; the last one holds lines that the form does not ask for.
SECTIONS = ("general", "properties", "distribution", "use", "compute", "energy", "beside")


class Field(NamedTuple):
    """One item.

    Attributes:
        id: stable, in our JSON and in the catalogue `eu` (`field.<id>`).
        annex: its point of Annex XI, section 1; empty where only the form asks for it.
        section: one of `SECTIONS`.
        unit: of its number; empty for words.
        keys: where the sheet file says it, as (table, key); the first that is there wins.
        recipients: who gets it, of the items of computation and energy.
        kind: activity whose figures these are.
    """

    id: str
    annex: str
    section: str
    unit: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    recipients: tuple[str, ...] = ()
    kind: str = ""

    @property
    def in_form(self) -> bool:
        """Whether the Model Documentation Form asks for it."""
        return self.section != "beside"


def _eu(name: str, annex: str, section: str) -> Field:
    return Field(name, annex, section, keys=(("eu", name),))


FIELDS: tuple[Field, ...] = (
    Field("provider", "", "general", keys=(("model", "organisation"),)),
    Field("model_name", "XI 1(1)", "general"),
    Field("model_versions", "XI 1(1)", "general"),
    _eu("authenticity", "", "general"),
    Field("release_date", "XI 1(1)(c)", "general", keys=(("model", "release_date"),)),
    _eu("union_release_date", "XI 1(1)(c)", "general"),
    _eu("dependencies", "", "general"),
    Field("architecture", "XI 1(1)(d)", "properties", keys=(("model", "architecture"),)),
    _eu("design", "XI 1(2)(b)", "properties"),
    Field("modality_in", "XI 1(1)(e)", "properties", keys=(("model", "modality_in"),)),
    Field("modality_out", "XI 1(1)(e)", "properties", keys=(("model", "modality_out"),)),
    Field("parameters", "XI 1(1)(d)", "properties", "1", (("model", "parameters"),)),
    _eu("distribution", "XI 1(1)(c)", "distribution"),
    Field("licence", "XI 1(1)(f)", "distribution", keys=(("model", "licence"),)),
    _eu("acceptable_use_policy", "XI 1(1)(b)", "use"),
    Field(
        "intended_uses", "XI 1(1)(a)", "use", keys=(("eu", "intended_uses"), ("model", "task"))
    ),
    _eu("integration", "XI 1(1)(a)", "use"),
    Field("training_time_range", "XI 1(2)(d)", "compute", recipients=NCA, kind="training"),
    Field(
        "training_wall_clock", "XI 1(2)(d)", "compute", "d", (("training", "hours"),), AIO,
        "training",
    ),
    Field(
        "training_hardware_days", "XI 1(2)(d)", "compute", "d", (("eu", "hardware_days"),), AIO,
        "training",
    ),
    Field(
        "training_compute_order", "XI 1(2)(d)", "compute", "FLOP",
        (("training", "compute_flop"),), NCA,
    ),
    Field(
        "training_compute", "XI 1(2)(d)", "compute", "FLOP", (("training", "compute_flop"),), AIO
    ),
    Field(
        "training_compute_method", "XI 1(2)(d)", "compute",
        keys=(("training", "compute_method"),), recipients=BOTH,
    ),
    Field(
        "training_energy", "XI 1(2)(e)", "energy", "MWh", recipients=BOTH, kind="training"
    ),
    Field("training_energy_method", "XI 1(2)(e)", "energy", recipients=BOTH, kind="training"),
    Field(
        "inference_compute", "XI 1(2)(e)", "energy", "FLOP", (("eu", "inference_flop"),), BOTH
    ),
    Field("inference_compute_method", "XI 1(2)(e)", "energy", recipients=BOTH),
    Field("fine_tuning_wall_clock", "XI 1(2)(d)", "beside", "d", kind="fine-tuning"),
    Field("fine_tuning_hardware_days", "XI 1(2)(d)", "beside", "d", kind="fine-tuning"),
    Field("fine_tuning_energy", "XI 1(2)(e)", "beside", "MWh", kind="fine-tuning"),
    Field("fine_tuning_energy_method", "XI 1(2)(e)", "beside", kind="fine-tuning"),
    Field("base_energy", "XI 1(2)(e)", "beside", "MWh"),
    Field("inference_energy", "XI 1(2)(e)", "beside", "MWh", kind="inference"),
    Field("inference_energy_method", "XI 1(2)(e)", "beside", kind="inference"),
)  # fmt: skip

#: Items of the form that footprint leaves to the provider: `left.<id>` of the catalogue.
LEFT = ("technical_means", "training_process", "training_data")

#: Fields whose figure can be held against a ledger.
ENERGY = {each.id: each.kind for each in FIELDS if each.unit == "MWh" and each.kind}
