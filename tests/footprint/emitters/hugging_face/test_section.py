"""The section: markers, placement, words, what users named, and cells there and back."""

from __future__ import annotations

import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.emitters import hugging_face
from footprint.emitters.emitter import Options
from footprint.emitters.hugging_face import cells, markers
from footprint.emitters.hugging_face.card import parse
from footprint.emitters.hugging_face.plain import plain
from footprint.emitters.hugging_face.section import section_of
from footprint.emitters.view import Base, Figures, Hardware, Missing, View
from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity
from footprint.words import words

BEGIN, END = markers.begin("en"), markers.END


def body(text: str, view: View) -> str:
    return hugging_face.merge(view, text.encode()).decode()


def nothing(view: View) -> View:
    """Only the body changes."""
    return view._replace(metrics=())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{BEGIN}\n{BEGIN}\n{END}\n{END}\n", "lines 4 and 5: footprint:begin within another"),
        (f"{BEGIN}\n{END}\n\n{BEGIN}\n{END}\n", "lines 4 and 7: two sections"),
        (f"{BEGIN}\ntext\n", "line 4: footprint:begin without a footprint:end"),
        (f"text\n{END}\n", "line 5: footprint:end without a footprint:begin"),
        (f"{END}\n{BEGIN}\n", "line 4: footprint:end without"),
        ("```python\ncode\n", "line 4: a block of code begins that nothing closes"),
        ("text\n<!-- a\ncomment\n", r"line 5: a comment \(<!--\) begins that nothing closes"),
    ],
)
def test_markers_that_are_wrong(text: str, message: str, served: View) -> None:
    with pytest.raises(UsageError, match=message):
        body(f"---\na: 1\n---\n{text}", served)


@pytest.mark.parametrize(
    "text",
    [
        f"```\n{BEGIN}\n```\n",
        f"~~~~ md\n```\n{END}\n~~~\n~~~~\n",
        f"<!--\n## Environmental Impact\n{BEGIN}\n-->\n",
        f"text {BEGIN}\n",
        f"    {END}\n",
    ],
)
def test_markers_in_code_and_comments_are_text(text: str, served: View) -> None:
    made = body(text, nothing(served))
    assert made.startswith(text + "\n## Environmental impact\n\n" + BEGIN + "\n")
    assert body(made, nothing(served)) == made


def test_the_section_is_replaced_where_it_is(measured: View, served: View) -> None:
    old = body("# a\n", nothing(served))
    moved = old.replace("# a\n", "").replace("## Environmental impact\n", "") + "\n## After\n"
    made = body(moved, nothing(measured))
    assert made.endswith(END + "\n\n## After\n")
    assert made.count("footprint:begin") == 1
    assert "### Training" in made


@pytest.mark.parametrize("heading", ["# ENVIRONMENTAL IMPACT", "### Impact environnemental ##"])
def test_under_a_heading_that_is_there(heading: str, served: View) -> None:
    made = body(f"{heading}\ntext\n", nothing(served))
    assert made.startswith(f"{heading}\n\n{BEGIN}\n")
    assert made.endswith(f"{END}\n\ntext\n")
    assert body(made, nothing(served)) == made


def test_the_language_can_change(served: View) -> None:
    english = hugging_face.merge(nothing(served), b"# a\n")
    french = hugging_face.merge(nothing(served), english, Options(lang="fr"))
    assert "### Inférence" in french.decode()
    assert hugging_face.merge(nothing(served), french) == english
    one, other = hugging_face.read(english), hugging_face.read(french)
    assert [each[:5] for each in one] == [each[:5] for each in other]


NASTY = (
    "a --> <!-- footprint:end --> <script>x</script> | `b` *c* [d](e) \n\n# h\n"
    "<!-- footprint:begin -->\u202e\x1b[31m"
)


def test_names_change_no_structure(measured: View) -> None:
    view = measured._replace(
        model=NASTY,
        version=NASTY,
        tool=f"footprint {NASTY}",
        zone=NASTY,
        boundary=(NASTY,),
        missing=(Missing(NASTY, NASTY, NASTY),),
        factors=({"name": NASTY, "value": 1.0, "unit": NASTY, "source": NASTY, "zone": NASTY},),
        hardware=(Hardware(NASTY, "gpu", NASTY, "counter"),),
        activities=tuple(
            each._replace(hardware=(Hardware("h", "gpu", NASTY, ""),), zones=(NASTY,))
            for each in measured.activities
        ),
        base=Base(NASTY, Figures(), NASTY, NASTY, NASTY),
    )
    for lang in ("en", "fr"):
        out = io.StringIO()
        hugging_face.render(view, out, Options(lang=lang))
        made = out.getvalue()
        text = made.split("\n# ", 1)[1]
        assert text.count("<") == 2  # the markers
        assert "\x1b" not in text
        assert hugging_face.merge(view, made.encode(), Options(lang=lang)) == made.encode()
        usual = hugging_face.merge(measured, b"", Options(lang=lang))
        stated = [each for each in hugging_face.read(made.encode()) if "co2_eq" not in each.where]
        assert [each[:5] for each in stated] == [
            each[:5] for each in hugging_face.read(usual) if "co2_eq" not in each.where
        ]


@given(st.text())
def test_plain_is_one_line_without_html(text: str) -> None:
    made = plain(text)
    assert "<" not in made
    assert ">" not in made
    assert made.splitlines() in ([], [made])


def test_below_the_floor_is_said_with_its_bounds_and_no_figure(measured: View) -> None:
    low = tuple(
        each._replace(
            floor="20 calls of 0.2 ms against a counter of 100 ms",
            total=Figures(Quantity(0.0, 1.0, 3.2, "J"), Quantity(0.0, 0.1, 0.2, "g")),
        )
        for each in measured.activities
    )
    view = measured._replace(activities=low)
    made = hugging_face.merge(view, b"# a\n").decode()
    assert (
        "- Below the measuring floor, so no figure is stated: 20 inferences, energy between 0 J"
        " and 3.20 J (20 calls of 0.2 ms against a counter of 100 ms)." in made
    )
    assert "| Total" not in made
    assert "co2_eq_emissions:" not in made
    assert list(hugging_face.read(made.encode())) == []
    assert "below the measuring floor" in hugging_face.left_out(view)[0]


def test_part_of_a_stage_below_the_floor(measured: View) -> None:
    train = next(each for each in measured.activities if each.kind == "training")
    run = train._replace(own_time=True, floor="short")
    view = measured._replace(activities=(train, run))
    made = hugging_face.merge(view, b"# a\n").decode()
    assert "Not in the total, since below the measuring floor: 1 training run" in made
    assert "| Total (1 training run) | 1,200 J |" in made


def test_the_key_is_only_of_training(served: View, measured: View) -> None:
    made = hugging_face.merge(served, b"# a\n").decode()
    assert "co2_eq_emissions:" not in made
    assert "has no `co2_eq_emissions`: that key is of training" in made
    assert hugging_face.left_out(served) == [
        "co2_eq_emissions is not written: that key is of training or fine-tuning, and the ledger"
        " has neither for this model"
    ]
    ours = hugging_face.merge(measured, b"# a\n")
    assert b"co2_eq_emissions:" in ours
    assert b"\nco2_eq_emissions:" not in hugging_face.merge(served, ours)  # it was ours
    assert hugging_face.foreign(ours) is None
    assert hugging_face.left_out(measured) == []


def test_no_number_without_its_period_and_method(measured: View) -> None:
    no_period = tuple(each._replace(start="", end="") for each in measured.activities)
    no_method = tuple(each._replace(tiers={}) for each in measured.activities)
    for view in (
        measured._replace(activities=no_period, start="", end=""),
        measured._replace(activities=no_method),
    ):
        card = hugging_face.merge(view, b"")
        assert b"co2_eq_emissions:" not in card
        assert hugging_face.read(card) == []
        assert b"| Total" not in card
        assert b"No figure is stated: no method or period is known" in card
        assert "no method or period" in hugging_face.left_out(view)[0]


@pytest.mark.parametrize("theirs", ["0.15", "'12 kg'", "{emissions: 3}"])
def test_what_others_wrote(theirs: str, measured: View) -> None:
    card = f"---\na: 1\nco2_eq_emissions: {theirs}\n---\n".encode()
    found = hugging_face.foreign(card)
    assert found is not None
    assert found.startswith("line 3: ")
    with pytest.raises(UsageError, match="--force"):
        hugging_face.merge(measured, card)
    assert b"footprint" in hugging_face.merge(measured, card, Options(force=True))


def test_the_base_models_training_is_a_line_of_its_own(measured: View) -> None:
    base = Base(
        "big", Figures(Quantity(1e9, 1.2e9, 2e9, "J")), "its card", "estimated", "March 2025"
    )
    made = section_of(measured._replace(base=base), "en")
    assert (
        "Training of the base model big, stated and not part of the figures above: energy 333 kWh"
        " (278 to 556) (estimated; March 2025; source: its card)." in made
    )


def test_metrics_that_are_left_out_are_said(measured: View) -> None:
    one = measured.metrics[0]
    view = measured._replace(
        metrics=(one._replace(task="", data=""), one._replace(subgroup=("sex", "female")))
    )
    assert hugging_face.left_out(view) == [
        "metric 'accuracy' is not in model-index: it names no task and data",
        "1 metrics of subgroups are not in model-index",
    ]


amounts = st.floats(1e-12, 1e12)


@given(amounts, st.sampled_from(["J", "g", "L", "EUR"]), st.sampled_from(["en", "fr"]))
def test_a_cell_says_the_figure_to_its_last_digit(value: float, unit: str, lang: str) -> None:
    w = words(lang, "card")
    cell = cells.shown(w, Quantity(value / 2, value, value * 2, unit))
    found = cells.read(lang, cell)
    assert found is not None
    read, step, base = found
    assert base == unit
    assert abs(read - value) <= step / 2 * (1 + 1e-9)
    assert step <= value / 10 ** (cells.DIGITS - 1) * (1 + 1e-9) or math.isclose(step, value / 100)


@pytest.mark.parametrize("cell", ["", "not known", "12", "1.2.3 J", "- J", "x J"])
def test_a_cell_without_a_figure(cell: str) -> None:
    assert cells.read("en", cell) is None


def test_a_card_that_has_no_section_states_nothing() -> None:
    assert markers.find(parse(b"# a\n")) is None
    assert list(hugging_face.read(b"# a\n")) == []


def test_why_the_key_is_missing_is_told_in_french_too(measured: View) -> None:
    train = next(each for each in measured.activities if each.kind == "training")
    unknown = train._replace(total=train.total._replace(carbon_location_g=None))
    gap = Missing("carbon_location_g", "no zone and no intensity were declared", "")
    floor = "1 call, 0.2 s against a counter of 100 ms"
    for one, missing, says in (
        (
            train._replace(floor=floor),
            (),
            "l'activité « entraînement » est sous le seuil de mesure",
        ),
        (unknown, (gap,), "le carbone de l'activité « entraînement » n'est pas connu ("),
        (unknown, (), "le carbone de l'activité « entraînement » n'est pas connu."),
        (train._replace(tiers={}), (), "ni méthode ni période connues"),
    ):
        view = measured._replace(activities=(one,), missing=missing)
        made = section_of(view, "fr").replace("\u00a0", " ")
        assert f"n'ont pas de `co2_eq_emissions` : {says}" in made
