"""Many claims: the wheel decides and rejects what the program does, row by row and column by column, whoever made the tables."""

from __future__ import annotations

import csv
import datetime
from decimal import Decimal

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest
from generated import claim, enrollment, generate

import huzhu


@pytest.fixture(scope="module")
def made(tmp_path_factory, program):
    """Claims, and what `huzhu batch` makes of them."""
    folder = tmp_path_factory.mktemp("batch")
    generated = generate(times=6)
    claims, enrollments = generated.write(folder)
    out, lines, rejects = folder / "payouts.parquet", folder / "lines.parquet", folder / "rejects.csv"
    program("batch", "-c", claims, "-e", enrollments, "-o", out, "--lines", lines, "--rejects", rejects, "--lang", "en", good=(0, 1))
    rejected = [*read(rejects, "claims"), *read(folder / "rejects.enrollments.csv", "enrollments")]
    return generated, pyarrow.parquet.read_table(out), pyarrow.parquet.read_table(lines), rejected


def read(path, which):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [(which, row) for row in csv.DictReader(file)]


def table(generated, which):
    return pyarrow.table({name: pyarrow.array(values, pyarrow.string()) for name, values in generated.columns(which).items()})


def test_every_column_of_every_row_is_as_the_program_writes_it(catalog, made):
    generated, payouts, lines, rejected = made
    decided = catalog.decide(table(generated, "claims"), table(generated, "enrollments"))
    assert len(decided.decisions) > 4000 and len(decided.rejects) > 30
    assert same(decided.decisions, payouts)
    assert same(decided.lines, lines)
    assert by_row(decided.rejects) == {(which, int(row["row"])): (row["column"], row["value"], row["reason"]) for which, row in rejected}


def by_row(rejects):
    """A row once, as the program's file has it, with all its cells that are at fault."""
    rows = {}
    for cell in rejects.to_pylist():
        rows.setdefault((cell["input"], cell["row"]), []).append((cell["column"], cell["value"], cell["reason"]))
    return {row: tuple(map("; ".join, zip(*cells))) for row, cells in rows.items()}


def same(ours, theirs):
    """Whether two tables are one, whatever the order of their rows."""
    ours, theirs = ours.to_pyarrow(), theirs
    assert ours.schema.names == theirs.schema.names
    by = [(name, "ascending") for name in ours.schema.names]
    return ours.cast(theirs.schema).sort_by(by).equals(theirs.sort_by(by))


def test_rows_in_are_rows_decided_and_rows_rejected(catalog, made):
    generated = made[0]
    decided = catalog.decide(table(generated, "claims"), table(generated, "enrollments"))
    rejected = {reject["row"] for reject in decided.rejects.to_pylist() if reject["input"] == "claims"}
    assert len(decided.decisions) + len(rejected) == len(generated.claims)


@pytest.fixture(scope="module")
def typed(catalog):
    """Claims in columns of their types, and what becomes of them."""
    generated = generate(times=2, spoilt=0)
    claims, enrollments = table(generated, "claims"), table(generated, "enrollments")
    expected = catalog.decide(claims, enrollments)
    return with_types(claims), with_types(enrollments), expected


def with_types(table):
    columns = {}
    for name, column in zip(table.schema.names, table.columns):
        for kind in (pyarrow.int64(), pyarrow.date32(), pyarrow.decimal128(20, 4)):
            try:
                column = column.cast(kind)
                break
            except (pyarrow.ArrowInvalid, pyarrow.ArrowNotImplementedError):
                pass
        columns[name] = column
    return pyarrow.table(columns)


def duck(table):
    return duckdb.connect().from_arrow(table)


def frame(table):
    return table.to_pandas(types_mapper=pandas.ArrowDtype)


def filtered_frame(table):
    """The labels of its rows are no longer 0, 1, 2, …"""
    frame_ = frame(table)
    return frame_[frame_.index >= 0].set_index(frame_.index[::-1])


MAKERS = [
    lambda table: table,
    polars.DataFrame,
    lambda table: pyarrow.Table.from_batches(table.to_batches(max_chunksize=100)),
    lambda table: table.to_reader(max_chunksize=333),
    duck,
    frame,
    filtered_frame,
]


@pytest.mark.parametrize("maker", MAKERS, ids=["pyarrow", "polars", "chunks", "reader", "duckdb", "pandas", "pandas with labels"])
def test_whoever_made_the_tables(catalog, typed, maker):
    claims, enrollments, expected = typed
    decided = catalog.decide(maker(claims), maker(enrollments))
    assert decided.decisions.to_pylist() == expected.decisions.to_pylist()
    assert decided.lines.to_pylist() == expected.lines.to_pylist()
    assert places(decided.rejects) == places(expected.rejects)


def places(rejects):
    """Where the rejected values stand; how they are written hangs on the type of the column."""
    return [(reject["input"], reject["row"], reject["column"]) for reject in rejects.to_pylist()]


def test_one_claim_of_the_tables_is_decided_as_a_case(catalog):
    for case in huzhu.worked_cases(huzhu.examples.RULES)[::10]:
        if case.get("history"):
            continue
        rows = [claim(case["claim"], "", case["enrollment"]["id"], None), enrollment(case["enrollment"], "")]
        decided = catalog.decide(*(pyarrow.Table.from_pylist([row]) for row in rows))
        single = catalog.adjudicate(case)
        (row,) = decided.decisions.to_pylist()
        assert (row["decision"], row["payable"]) == (single.decision, single.payable)
        assert [code for code in row["reasons"].split(";") if code] == [reason.code for reason in single.reasons]
        assert [(line["benefit"], line["gross"], line["paid"]) for line in decided.lines.to_pylist()] == [
            (benefit.id, benefit.gross, benefit.paid) for benefit in single.benefits
        ]


def test_postings_carry_the_accounts_from_call_to_call(catalog):
    generated = generate(times=1, spoilt=0)
    claims, enrollments = table(generated, "claims"), table(generated, "enrollments")
    whole = catalog.decide(claims, enrollments, order="as-received")
    rows, postings, order = [], huzhu.no_postings(), "as-received"
    for start in range(0, len(claims), 300):
        decided = catalog.decide(claims.slice(start, 300), enrollments, postings, order=order)
        rows += decided.decisions.to_pylist()
        postings = polars.DataFrame(decided.postings)  # as a database might keep them
    told = {row["claim_id"]: (row["decision"], row["payable"]) for row in rows}
    assert told == {row["claim_id"]: (row["decision"], row["payable"]) for row in whole.decisions.to_pylist()}


def test_money_comes_out_as_decimals(catalog, typed):
    claims, enrollments, expected = typed
    assert {type(row["payable"]) for row in expected.decisions.to_pylist()} == {Decimal}
    assert str(expected.decisions.to_pyarrow().schema.field("payable").type) == "decimal128(18, 2)"
    assert expected.decisions.to_polars().schema["payable"] == polars.Decimal(18, 2)
    assert type(expected.decisions.to_pandas()["payable"].iloc[0]) is Decimal
    payouts = expected.decisions.to_pyarrow()  # noqa: F841  DuckDB finds it by its name
    ((total,),) = duckdb.sql("select sum(payable) from payouts").fetchall()
    assert total == sum(row["payable"] for row in expected.decisions.to_pylist())


def test_dates_are_dates(catalog, typed):
    assert isinstance(typed[0].column("event_date").to_pylist()[0], datetime.date)
