"""Surgery on front matters touches one key: generated ones, and those that are hard."""

from __future__ import annotations

import pytest
import yaml
from huggingface_hub import ModelCard
from hypothesis import given, settings
from hypothesis import strategies as st

from footprint.emitters.hugging_face import front_matter
from footprint.emitters.hugging_face.card import Card, parse
from footprint.errors import UsageError

KEY = "co2_eq_emissions"
VALUE = {"emissions": 12.5, "source": "footprint: measured", "training_type": "pre-training"}


def put(text: str, value: object = VALUE) -> str:
    return front_matter.put(parse(text.encode()), KEY, value).text


def values(text: str) -> dict[str, object]:
    """What huggingface_hub reads."""
    return dict(ModelCard(text.removeprefix("\ufeff")).data.to_dict())


ENTRIES = st.sampled_from(
    [
        "license: mit",
        "license: 'mit'  # of the weights",
        "language:\n- en\n- fr",
        "language:\n  - en\n  # a comment\n  - fr\n",
        "tags: [a, b]",
        "tags: [a,\n  b]",
        "thumbnail:",
        "widget: |\n  text\n  ---\n\n  more",
        "widget: >-\n  folded\n  text\n",
        "x: &anchor {a: 1}",
        "y: |+\n  kept\n\n",
        "# a comment",
        "",
        "co2_eq: 1",
        '"quoted key": "a: b"',
        "? complex\n: value",
        "z: 2022-01-20",
        "n: .nan",
        'w:\n- text: "é <mask>"\n  other: 1.0e-05',
    ]
)
OURS = st.sampled_from(
    [
        None,
        "co2_eq_emissions: 3.5",
        "co2_eq_emissions: 3.5  # of CodeCarbon",
        "co2_eq_emissions:\n  emissions: 1\n  source: footprint",
        "'co2_eq_emissions':\n    {emissions: 1}",
        "co2_eq_emissions:",
        "co2_eq_emissions: |\n  many\n\n  lines",
    ]
)


@st.composite
def cards(draw: st.DrawFn) -> tuple[str, str, str | None]:
    """A card, the same without our key, and our key's text."""
    entries = draw(st.lists(ENTRIES, max_size=6, unique_by=lambda each: each[:4]))
    ours = draw(OURS)
    at = draw(st.integers(0, len(entries)))
    line = draw(st.sampled_from(["\n", "\r\n"]))
    head = draw(st.sampled_from(["", "\ufeff", "\n"])) + "---\n"
    close = draw(st.sampled_from(["---", "---  "])) + draw(
        st.sampled_from(["\n# Title\n", "\n", ""])
    )
    lines = entries if ours is None else [*entries[:at], ours, *entries[at:]]

    def whole(parts: list[str]) -> str:
        return (head + "".join(each + "\n" for each in parts) + close).replace("\n", line)

    return whole(lines), whole(entries), ours


@settings(max_examples=100, deadline=None)
@given(cards())
def test_only_our_key_is_touched(drawn: tuple[str, str, str | None]) -> None:
    """Our key's own lines cut out, the card is the one without it, byte for byte."""
    text, without, ours = drawn
    made = put(text)
    line = "\r\n" if "\r\n" in text else "\n"
    block = yaml.safe_dump({KEY: VALUE}, sort_keys=False).replace("\n", line)
    assert made.count(block) == 1
    rest = made.replace(block, "")
    if ours is None and rest != without:  # there was no front matter but two lines, or an end
        rest = made.replace(block.removesuffix(line), "").replace(line + line + "---", line + "---")
        without = without.replace(line + line + "---", line + "---")
    assert rest == without
    assert values(made)[KEY] == VALUE
    assert front_matter.put(parse(made.encode()), KEY, VALUE).text == made


@settings(max_examples=40, deadline=None)
@given(cards())
def test_every_other_value_stays(drawn: tuple[str, str, str | None]) -> None:
    text, _, _ = drawn
    old, new = values(text), values(put(text))
    assert new.keys() == {*old, KEY}
    assert all(repr(new[key]) == repr(old[key]) for key in old if key != KEY)
    front_matter.confirm(parse(text.encode()), parse(put(text).encode()), {KEY: VALUE})


@settings(max_examples=40, deadline=None)
@given(cards())
def test_taken_out_again(drawn: tuple[str, str, str | None]) -> None:
    text, _, _ = drawn
    gone = front_matter.put(parse(put(text).encode()), KEY, None).text
    assert values(gone) == {key: each for key, each in values(text).items() if key != KEY} or (
        "nan" in repr(values(gone))
    )


def test_no_front_matter_gets_one() -> None:
    made = put("# Title\n")
    assert made.startswith("---\nco2_eq_emissions:\n  emissions: 12.5\n")
    assert made.endswith("---\n\n# Title\n")
    assert put(made) == made


def test_a_scalar_that_ends_the_text_keeps_its_value() -> None:
    """Appending would give it a line break: ours goes first."""
    made = put("---\n# ours\na: |\n  text\n---\n")
    assert values(made)["a"] == "text"
    assert made.index(KEY) < made.index("a: |")
    assert made.startswith("---\n# ours\nco2")


def test_before_the_end_of_a_document() -> None:
    assert put("---\na: 1\n...\n---\n").endswith("training_type: pre-training\na: 1\n...\n---\n")


def test_in_braces() -> None:
    made = put("---\n{license: mit, tags: [a]}\n---\n")
    assert made.startswith("---\n{license: mit, tags: [a], co2_eq_emissions: {emissions: 12.5,")
    assert put(made, {"emissions": 1}).count(KEY) == 1
    assert values(put(made, None)) == {"license": "mit", "tags": ["a"]}


def test_indented_keys() -> None:
    made = put("---\n  license: mit\n  co2_eq_emissions: 3\n  tags: [a]\n---\n")
    assert "\n  co2_eq_emissions:\n    emissions: 12.5\n" in made
    assert values(made)["tags"] == ["a"]


BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    + [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 9) + "]" for n in range(1, 12)]
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("---\nlicense: mit\n", r"line 1: no line of '---' alone closes"),
        ("--- \nlicense: mit\n---\n", r"line 1: spaces follow the '---'"),
        ("---\na: [\n---\n", r"line [23]: .*not valid YAML"),
        ("---\na: 1\nb: 'x\n---\n", r"line \d: .*not valid YAML"),
        ("---\na: 1\n\tb: 2\n---\n", r"line 3: .*not valid YAML"),
        ("---\na: 1\r\nb: \x07\n---\n", r"line 3: .*U\+0007"),
        ("---\n- a\n- b\n---\n", r"line 2: the front matter holds no keys"),
        ("---\njust text\n---\n", r"line 2: the front matter holds no keys"),
        ("---\na: !!python/object:os.system x\n---\n", r"line 2: .*could not determine"),
        ("---\na: 2022-13-41\n---\n", r"month must be in"),
        (f"---\n{KEY}: 1\na: 2\n{KEY}: 3\n---\n", r"lines 2, 4: co2_eq_emissions is there 2 times"),
        (f"---\n{BOMB}\n---\n", r"line 8: .*unfolds to more than"),
        ("---\na: " + "[" * 5000 + "]" * 5000 + "\n---\n", r"line 2: .*nested deeper"),
        (f"---\n{KEY}: &x 1\na: *x\n---\n", r"as text"),
        ("---\n1: a\n---\n", None),
    ],
)
def test_what_cannot_be_done_is_one_line(text: str, message: str | None) -> None:
    if message is None:
        before = parse(text.encode())
        with pytest.raises(UsageError, match="huggingface_hub cannot read"):
            front_matter.confirm(before, front_matter.put(before, KEY, VALUE), {KEY: VALUE})
        return
    with pytest.raises(UsageError, match=message) as error:
        put(text)
    assert "\n" not in str(error.value)


def test_not_utf8() -> None:
    with pytest.raises(UsageError, match="line 2: the card is not UTF-8"):
        parse(b"---\n\xff: 1\n---\n")


def test_confirm_notices_a_change() -> None:
    before = parse(b"---\na: 1\n---\n")
    with pytest.raises(UsageError, match="another a"):
        front_matter.confirm(before, before._replace(yaml="a: 2"), {})
    with pytest.raises(UsageError, match="would not read"):
        front_matter.confirm(before, before, {KEY: VALUE})


@given(st.text(alphabet="-\r\n \ta:#\ufeff", max_size=40))
def test_a_cards_parts_are_the_whole(text: str) -> None:
    try:
        found: Card = parse(text.encode())
    except UsageError:
        return
    assert found.text == text
    assert found.document == text.encode()
