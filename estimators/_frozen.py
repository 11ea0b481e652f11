"""Immutable values with `__slots__`: what a frozen dataclass gives, without its 20 ms import."""

from __future__ import annotations

from typing import Any, NoReturn


class Frozen:
    """Base of values: `__slots__` lists the fields, in the order of the constructor."""

    __slots__: tuple[str, ...] = ()

    def _fill(self, *values: object) -> None:
        for field, value in zip(type(self).__slots__, values, strict=True):
            object.__setattr__(self, field, value)

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, field) for field in type(self).__slots__)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: make a new one")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is immutable: make a new one")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self._values()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._values()))})"
