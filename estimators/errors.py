"""What an estimator says when it cannot: an error for wrong input, a gap for missing input.

`EstimatorError` (a ValueError): a number, unit, currency, zone or table that is wrong.
`Gap`: a value that says which figure is absent, why, and what to do.
"""

from __future__ import annotations

from typing import NamedTuple


class EstimatorError(ValueError):
    """Wrong input to an estimator; its text is one line: what, where, what to do."""


class Gap(NamedTuple):
    """A figure that is absent, in the report's `gaps`.

    Attributes:
        what: the figure, by its key in the report (`carbon_location_g`).
        why: the reason, one clause.
        remedy: what the reader can do about it, with the option's name.
    """

    what: str
    why: str
    remedy: str

    def to_json(self) -> dict[str, str]:
        """`{"what", "why", "remedy"}`."""
        return {"what": self.what, "why": self.why, "remedy": self.remedy}
