"""Dataclasses to JSON values and back, by their type hints; used by case, events and report.

Covers what those modules hold: frozen dataclasses, str enums, tuples, string-keyed mappings,
bytes (base64), optional and union fields. A key that is missing takes the field's default, or None
where that may be.
"""

import base64
import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, cast


def encode(value: Any) -> Any:
    """A JSON value for `value`. Fields that are None are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((f.name, getattr(value, f.name)) for f in dataclasses.fields(value))
        return {name: encode(item) for name, item in pairs if item is not None}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {str(encode(key)): encode(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    return value


def decode(kind: Any, value: Any) -> Any:
    """The object of type `kind` that `encode` made `value` from.

    Raises ValueError, TypeError or KeyError where the value does not fit the type.
    """
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return _decode_union(arguments, value)
    if origin is tuple:
        return _decode_tuple(arguments, value)
    if origin is not None and issubclass(origin, Mapping):
        key, item = arguments
        return {decode(key, k): decode(item, v) for k, v in _expect(dict, value).items()}
    if dataclasses.is_dataclass(kind):
        hints = _hints(cast(type, kind))
        given = _expect(dict, value)
        left_out = {
            f.name: None
            for f in dataclasses.fields(kind)
            if f.default is dataclasses.MISSING and f.name not in given and _may_be_none(hints[f.name])
        }
        read = {name: decode(hints[name], item) for name, item in given.items()}
        return kind(**left_out, **read)  # type: ignore[operator]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    if kind is bytes:
        return base64.b64decode(_expect(str, value), validate=True)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return _as_float(value)
    return _expect(kind, value)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("a number too large for a float") from error


def _may_be_none(hint: Any) -> bool:
    return types.NoneType in typing.get_args(hint)


def _expect(kind: type, value: Any) -> Any:
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")
    return value


def _decode_union(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None and types.NoneType in kinds:
        return None
    for kind in kinds:
        if kind is types.NoneType:
            continue
        try:
            return decode(kind, value)
        except (TypeError, ValueError):
            continue
    raise TypeError(f"{type(value).__name__} fits none of {kinds}")


def _decode_tuple(kinds: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    items = _expect(list, value)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(decode(kinds[0], item) for item in items)
    if len(kinds) != len(items):
        raise ValueError(f"expected {len(kinds)} items, got {len(items)}")
    return tuple(decode(kind, item) for kind, item in zip(kinds, items, strict=True))
