"""A case as the engine reads it: JSON, every value on a line of its own, so that what is wrong can be said of the place that the caller knows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from numbers import Real
from typing import Any, Callable

from .errors import ArgumentError, CaseError, HuzhuError, ValueTypeError
from .text import Text

DEEPEST = 32
"""So deep may a case be; the engine takes less."""

LONGEST = 200
"""So many digits may a number have to be written out; the engine takes fewer, and says so of the others as they stand."""


class Written:
    """A case in writing."""

    def __init__(self, case: object, plan: str | None = None):
        self.lines = [""]
        self.places = [""]
        case = self.of_plan(_entries(case, ""), plan)
        self._table(case, "", 0)
        self.text = "\n".join(self.lines)

    @staticmethod
    def of_plan(case: dict[str, Any], plan: str | None) -> dict[str, Any]:
        """The case with the plan that was asked for, which its enrollment need not repeat."""
        enrollment = case.get("enrollment")
        if plan is None or enrollment is None:
            return case
        enrollment = _entries(enrollment, "enrollment")
        other = enrollment.get("plan")
        if other is not None and other != plan:
            zh, en = f"本件是计划 `{other}` 的，不是 `{plan}` 的", f"the case is of the plan `{other}`, not of `{plan}`"
            raise ArgumentError.of("plan", "enrollment.plan", Text(zh, en))
        return {**case, "enrollment": {**enrollment, "plan": plan}}

    def read_by(self, engine: Callable[[str], Any]) -> Any:
        """What the engine makes of it; its problems are told by the places of the caller's own object."""
        try:
            return engine(self.text)
        except CaseError as error:
            raise error.placed(self._place) from None

    def _place(self, place: str) -> str:
        line = place.split(":")[1:2]
        return self.places[int(line[0]) - 1] if line else place

    def _line(self, place: str, text: str) -> None:
        self.lines.append(text)
        self.places.append(place)

    def _value(self, value: Any, place: str, depth: int) -> None:
        if depth > DEEPEST:
            raise CaseError.of("too-deep", place, Text("嵌套过深", "it is nested too deeply"))
        scalar = _scalar(value, place)
        if scalar is not None:
            self.lines[-1] += scalar
        elif isinstance(value, (list, tuple)):
            self._list(value, place, depth)
        else:
            self._table(_entries(value, place), place, depth)

    def _table(self, entries: dict[str, Any], place: str, depth: int) -> None:
        self.lines[-1] += "{"
        for number, (key, value) in enumerate(entries.items()):
            inner = f"{place}.{key}" if place else key
            self._line(inner, f"{',' if number else ' '}{_quoted(key, inner)}: ")
            self._value(value, inner, depth + 1)
        self._line(place, "}")

    def _list(self, items: list[Any] | tuple[Any, ...], place: str, depth: int) -> None:
        self.lines[-1] += "["
        for number, item in enumerate(items):
            inner = f"{place}[{number}]"
            self._line(inner, "," if number else " ")
            self._value(item, inner, depth + 1)
        self._line(place, "]")


def _entries(value: object, place: str) -> dict[str, Any]:
    """The entries of a mapping or a dataclass; what is ``None`` is not given."""
    if is_dataclass(value) and not isinstance(value, type):
        entries: dict[Any, Any] = {field.name: getattr(value, field.name) for field in fields(value)}
    elif isinstance(value, Mapping):
        entries = dict(value)
    else:
        raise _no_type(value, place)
    for key in entries:
        if not isinstance(key, str):
            zh, en = f"键 `{key!r}` 应为文本", f"the key `{key!r}` is not a text"
            raise ValueTypeError.of("type", place, Text(zh, en))
    return {key: value for key, value in entries.items() if value is not None}


def _scalar(value: object, place: str) -> str | None:
    """The value as JSON, if it is a single one."""
    if isinstance(value, str):
        return _quoted(value, place)
    if isinstance(value, bool) or getattr(getattr(value, "dtype", None), "kind", None) == "b":  # also that of numpy
        return "true" if value else "false"
    if isinstance(value, int):
        return _whole(value, place)
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, date):  # a moment, too: whether its time says something is for the engine to say
        if value != value:
            raise _not_given(value, place)
        return _quoted(value.isoformat(), place)
    if isinstance(value, float) or (isinstance(value, Real) and not hasattr(value, "__index__") and not hasattr(value, "numerator")):
        raise _float(value, place)
    if hasattr(value, "__index__") and not isinstance(value, (list, tuple)):  # the whole numbers of numpy
        return _whole(value.__index__(), place)
    if isinstance(value, (list, tuple, Mapping)) or (is_dataclass(value) and not isinstance(value, type)):
        return None
    raise _no_type(value, place)


def _quoted(text: str, place: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise CaseError.of("not-text", place, Text("文本不是有效的 Unicode", "the text is not valid Unicode")) from None
    return json.dumps(text, ensure_ascii=False)


def _whole(number: int, place: str) -> str:
    if number.bit_length() > 3 * LONGEST:
        raise CaseError.of("bad-fact", place, Text("数字位数过多", "the number has too many digits"))
    return str(int(number))


def _decimal(number: Decimal) -> str:
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or max(abs(exponent), len(digits)) > LONGEST:
        return json.dumps(str(number))  # no number that there can be; the engine says so
    return format(number, "f")


def _not_given(value: object, place: str) -> HuzhuError:
    """Of what pandas and numpy put where nothing is."""
    zh, en = f"`{value}` 不是有效的值；未填的事实写 None", f"`{value}` is no value; a fact that is not given is None"
    return ValueTypeError.of("float" if isinstance(value, Real) else "type", place, Text(zh, en))


def _float(value: Any, place: str) -> HuzhuError:
    if value != value:
        return _not_given(value, place)
    shown = repr(float(value))
    zh = f"`{shown}` 是浮点数，不能准确表示十进制金额；请写 `Decimal(\"{shown}\")`、文本 `\"{shown}\"` 或整数"
    en = f"`{shown}` is a float, which holds no decimal amount exactly; write `Decimal(\"{shown}\")`, the text `\"{shown}\"`, or a whole number"
    return ValueTypeError.of("float", place, Text(zh, en))


def _no_type(value: object, place: str) -> HuzhuError:
    name = type(value).__name__
    zh = f"不能读取 `{name}` 类型的值；事实为 str、int、Decimal、date 或 bool，一件理赔为 dict 或数据类"
    en = f"a value of type `{name}` cannot be read; a fact is a str, an int, a Decimal, a date or a bool, a case a dict or a dataclass"
    return ValueTypeError.of("type", place, Text(zh, en))
