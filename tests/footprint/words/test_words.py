"""Catalogues: complete in every language, with the same placeholders; numbers by language."""

from __future__ import annotations

import string
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from footprint.errors import UsageError
from footprint.estimators.quantity import Quantity
from footprint.words import LANGUAGES, marked, plain_number, words
from footprint.words.said import said

DOMAINS = sorted(
    {
        each.name.split(".")[0]
        for each in files("footprint.words").joinpath("catalogues").iterdir()
        if each.name.endswith(".toml") and not each.name.startswith("said.")  # `test_said`
    }
)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_language_has_the_same_keys_and_placeholders(domain: str) -> None:
    english = words("en", domain)._texts
    assert english
    for lang in LANGUAGES:
        other = words(lang, domain)._texts
        assert other.keys() == english.keys()
        for key, text in english.items():
            assert placeholders(other[key]) == placeholders(text), key
            assert other[key].strip(), key


def test_numbers_and_dates_are_written_as_the_language_does() -> None:
    english, french = words("en", "kinds"), words("fr", "kinds")
    assert english.number(1234.5) == "1,234"
    assert french.number(1234.5) == "1\u202f234"
    assert (english.number(0.012345), french.number(0.012345)) == ("0.0123", "0,0123")
    assert french.quantity(Quantity(11.1, 12.3, 14.0, "J")) == "12,3 (11,1 à 14)"
    assert english.quantity(Quantity(5.0, 5.0, 5.0, "J")) == "5"
    assert french.instant("2026-11-22T11:00:00.5Z") == "22/11/2026 11:00:00 UTC"
    assert english.instant("2026-11-22T11:00:00.5Z") == "2026-11-22 11:00:00 UTC"
    assert english.instant("") == ""
    assert french.count(134700) == "134\u202f700"


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(UsageError, match="use en or fr"):
        words("de", "kinds")
    with pytest.raises(KeyError):
        words("en", "kinds")("kind.nothing")
    assert words("en", "kinds").get("tier.new", "new") == "new"


def test_a_small_number_needs_no_exponent() -> None:
    english, french = words("en", "kinds"), words("fr", "kinds")
    assert english.fixed(1.2e-9) == "0.00000000120"
    assert english.fixed(12_345.6) == "12,346"
    assert english.fixed(99.95) == "100.0"
    assert english.fixed(0) == "0"
    assert french.fixed(1234.5) == "1\u202f234"
    assert french.fixed(0.5, 2) == "0,50"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("value", [1.2e-9, 0.5, 99.95, 1234.5, 7_654_321.0])
def test_what_was_written_is_read_back_to_its_last_digit(lang: str, value: float) -> None:
    w = words(lang, "kinds")
    found, step = w.parsed(w.fixed(value))
    assert abs(found - value) <= step / 2


@pytest.mark.parametrize(
    ("number", "english", "french"),
    [
        ("4.11e-06", "4.11×10⁻⁶", "4,11×10⁻⁶"),
        ("1.5E+12", "1.5×10¹²", "1,5×10¹²"),
        ("-2e-10", "-2×10⁻¹⁰", "-2×10⁻¹⁰"),
        ("12,345.6", "12,345.6", "12\u202f345,6"),
    ],
)
def test_a_power_of_ten_is_written_as_one(number: str, english: str, french: str) -> None:
    assert (marked("en", number), marked("fr", number)) == (english, french)
    # Of a sentence that is data, whichever way it was written when it was recorded.
    assert said("fr", f"{number} kWh") == said("fr", f"{english} kWh") == f"{french} kWh"


@given(st.floats(-1e300, 1e300))
def test_a_marked_number_is_read_back(value: float) -> None:
    assert plain_number(marked("en", repr(value))) == value
