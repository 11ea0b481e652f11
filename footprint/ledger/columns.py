"""A writer's rows as numpy columns: the bytes as they were written, without unpacking a row.

numpy comes with pandas. It takes 0.1 s to import, so it is imported only where many rows are read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from footprint.ledger import format as fmt
from footprint.ledger.reader import Rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Code of `struct` -> numpy's, for what the rows are made of.
_CODES = {"Q": "<u8", "q": "<i8", "I": "<u4", "H": "<u2", "B": "u1", "f": "<f4", "d": "<f8"}


def dtype(row: fmt.RowType) -> np.dtype[Any]:
    """The layout of a kind of rows, as numpy has it; padding is left out."""
    import numpy as np

    names = list(row.fields)
    formats: list[str] = []
    offsets: list[int] = []
    at = 0
    for count, code in re.findall(r"(\d*)([a-zA-Z])", row.layout.format):
        for _ in range(int(count or 1)):
            if code == "x":
                at += 1
                continue
            formats.append(_CODES[code])
            offsets.append(at)
            at += np.dtype(_CODES[code]).itemsize
    return np.dtype(
        {"names": names, "formats": formats, "offsets": offsets, "itemsize": row.layout.size}
    )


def left_open(rows: Rows) -> NDArray[Any]:
    """Rows of spans that began and did not end, each once: every part of a journal repeats them."""
    import numpy as np

    opened = of(rows, "open")
    if len(opened):
        opened = opened[~np.isin(opened["seq"], of(rows, "span")["seq"])]
        opened = opened[np.sort(np.unique(opened["seq"], return_index=True)[1])]
    return opened


def of(rows: Rows, name: str) -> NDArray[Any]:
    """All rows of a kind as a structured array, in the order in which they were written."""
    import numpy as np

    return np.frombuffer(rows.packed(name), dtype(fmt.BY_NAME[name]))
