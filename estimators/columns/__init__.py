"""Attribution on columns: the same arithmetic as the pass over segments, for millions of them.

cells        a device's cells
segments     when each work was innermost (`footprint.estimators.leaves`)
sweep        running sums over a device's cells (`footprint.estimators.sweep`)
floor        what the device draws while nothing is active (`footprint.estimators.cells`)
limits, bounds, joints
             what the meter leaves open of entries and of groups (`footprint.estimators.bounds`)
totals       exact sums of columns by group
attribution  all of it for one device (`footprint.estimators.attribution`)

Every number is equal to the plain pass's, which is the reference: sums are integers, and what is
rounded is rounded alike. numpy holds 64 bits, so what does not fit is refused (`TooLarge`), and the
plain pass does it.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

#: Columns of ns, nJ and indices; of doubles; of flags.
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def numbers(count: int, below: int) -> Ints:
    """0 up to a count, in as few bits as hold what is below a limit: there are very many."""
    found: Any = np.arange(count, dtype=np.int32 if below < 2**31 else np.int64)
    return cast(Ints, found)


class TooLarge(Exception):  # noqa: N818 - it is no error of anybody's
    """A number does not fit into 64 bits: the plain pass has to do it."""


def fits(name: str, values: Ints | Floats, limit: float) -> None:
    """Raises TooLarge where a value is at or beyond a limit."""
    if len(values) and float(np.max(values)) >= limit:
        raise TooLarge(name)
