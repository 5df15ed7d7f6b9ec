"""Many claims as tables: what goes in has the Arrow PyCapsule interface, and so has what comes out."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from . import _huzhu
from .errors import ValueTypeError
from .text import Text

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

MOST_SHOWN = 10
"""So many rows are shown in a notebook."""


class Table:
    """Rows in columns, shared with pyarrow, Polars, DuckDB and pandas without a copy. It needs none of them.

    >>> import huzhu
    >>> huzhu.no_postings().columns[:3]
    ('member_id', 'plan', 'holds')
    """

    def __init__(self, native: Any):
        self._native = native

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._native.__arrow_c_schema__()

    def __len__(self) -> int:
        rows: int = self._native.num_rows
        return rows

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._native.column_names)

    def to_pylist(self, most: int | None = None) -> list[dict[str, Any]]:
        """Every row as a dict, or so many of them; money is ``decimal.Decimal``."""
        columns = _huzhu.values(self, most)
        return [dict(zip((name for name, _ in columns), row)) for row in zip(*(values for _, values in columns))]

    def to_pyarrow(self) -> pyarrow.Table:
        """As a ``pyarrow.Table``."""
        import pyarrow

        return pyarrow.table(self)

    def to_polars(self) -> polars.DataFrame:
        """As a ``polars.DataFrame``."""
        import polars

        return polars.DataFrame(self)

    def to_pandas(self) -> pandas.DataFrame:
        """As a ``pandas.DataFrame``, its money exact: columns of ``decimal.Decimal``. It takes pyarrow."""
        frame: pandas.DataFrame = self.to_pyarrow().to_pandas()
        return frame

    def __repr__(self) -> str:
        return f"<huzhu.Table of {len(self)} rows: {', '.join(self.columns)}>"

    def _repr_html_(self) -> str:
        def cells(tag: str, values: Any) -> str:
            return "".join(f"<{tag}>{escape('' if value is None else str(value))}</{tag}>" for value in values)

        body = "".join(f"<tr>{cells('td', row.values())}</tr>" for row in self.to_pylist(MOST_SHOWN))
        more = f"<p>… {len(self) - MOST_SHOWN} more</p>" if len(self) > MOST_SHOWN else ""
        return f"<table><thead><tr>{cells('th', self.columns)}</tr></thead><tbody>{body}</tbody></table>{more}"


@dataclass(frozen=True)
class Observation:
    """Something seen in a column, of rows that were taken all the same."""

    input: str
    """``claims`` or ``enrollments``."""
    column: str
    code: str
    rows: int
    """How many rows have it."""
    first_row: int
    text: Text


@dataclass(frozen=True)
class Decided:
    """What became of many claims: each is decided or rejected, none is dropped."""

    decisions: Table
    """A row for each decided claim: ``claim_id``, ``enrollment_id``, ``plan``, ``plan_version``, ``decision``, ``payable``, ``reasons``, ``notices``, …"""
    lines: Table
    """A row for each benefit of a claim that is paid or nothing due: ``claim_id``, ``benefit``, ``gross``, ``paid``, …"""
    rejects: Table
    """A row for each value that could not be read or decided: ``input``, ``row`` (the first is row 1), ``column``, ``value``, ``reason``, ``reason_zh``."""
    postings: Table | None = field(default=None)
    """What is posted after these claims, if postings were given: what the next call is given."""
    observations: tuple[Observation, ...] = field(default=())

    def __repr__(self) -> str:
        return f"<huzhu.Decided: {len(self.decisions)} decisions, {len(self.lines)} lines, {len(self.rejects)} rejects>"

    def _repr_html_(self) -> str:
        tables = [("decisions", self.decisions), ("lines", self.lines), ("rejects", self.rejects)]
        return "".join(f"<h4>{name} ({len(table)})</h4>{table._repr_html_()}" for name, table in tables)


def no_postings() -> Table:
    """What is posted before the first claim: the ``postings`` of a first call.

    >>> import huzhu
    >>> len(huzhu.no_postings())
    0
    """
    return Table(_huzhu.no_postings())


def decide(engine: _huzhu.Catalog, claims: object, enrollments: object, postings: object, order: str | None) -> Decided:
    """Many claims decided by a catalog."""
    for name, table in [("claims", claims), ("enrollments", enrollments), ("postings", postings)]:
        if table is not None or name != "postings":
            _check(name, table)
    *tables, after, seen = engine.decide(claims, enrollments, postings, order)
    decisions, lines, rejects = map(Table, tables)
    observations = tuple(Observation(**{**one, "text": Text(**one["text"])}) for one in json.loads(seen))
    return Decided(decisions, lines, rejects, None if after is None else Table(after), observations)


def _check(name: str, table: object) -> None:
    """Said here, where it can be said what to do."""
    if not isinstance(table, type) and (hasattr(table, "__arrow_c_stream__") or hasattr(table, "__arrow_c_array__")):
        return
    kind = type(table).__name__
    zh = f"`{name}` 为 `{kind}`，不是 Arrow 表；请给 pyarrow.Table、polars.DataFrame、DuckDB 关系或 pandas.DataFrame（2.2 版起，另需 pyarrow）"
    en = f"`{name}` is a `{kind}`, which is no Arrow table; give a pyarrow.Table, a polars.DataFrame, a DuckDB relation or a pandas.DataFrame (2.2 or later, with pyarrow)"
    if isinstance(table, (list, dict)):
        zh, en = f"{zh}；由各行组成的列表，可先用 pyarrow.Table.from_pylist 转成表", f"{en}; of a list of rows, pyarrow.Table.from_pylist makes one"
    raise ValueTypeError.of("type", name, Text(zh, en))
