"""Tables that are not as they should be: each an error that says what to do, or rejected rows; nothing is lost. And threads."""

from __future__ import annotations

import datetime
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pandas
import polars
import pyarrow
import pytest

import huzhu

CLAIM = {
    "claim_id": "C1",
    "enrollment_id": "E1",
    "event_date": datetime.date(2025, 1, 10),
    "cause": "accident",
    "personal_burden": Decimal("2019.87"),
    "hospital_days": 51,
}
ENROLLMENT = {
    "enrollment_id": "E1",
    "member_id": "M1",
    "plan": "henan-accident",
    "shares": 2,
    "birth_date": datetime.date(1990, 5, 5),
    "coverage_start": datetime.date(2025, 1, 1),
    "coverage_end": datetime.date(2025, 12, 31),
}


def table(*rows):
    return pyarrow.Table.from_pylist(list(rows))


def decide(catalog, *claims, **changed):
    return catalog.decide(table(*claims), table({**ENROLLMENT, **changed}))


def test_the_claim_of_these_tests_is_paid(catalog):
    (row,) = decide(catalog, CLAIM).decisions.to_pylist()
    assert (row["decision"], row["payable"]) == ("paid", Decimal("7119.87"))


@pytest.mark.parametrize("kind", [pyarrow.float64(), pyarrow.float32(), pyarrow.float16()], ids=str)
def test_a_float_column_is_refused_by_name(catalog, kind):
    claims = table({**CLAIM, "personal_burden": 2019.87})
    claims = claims.set_column(4, "personal_burden", claims.column("personal_burden").cast(kind))
    with pytest.raises(huzhu.ColumnsError) as refused:
        catalog.decide(claims, table(ENROLLMENT))
    assert "`personal_burden`" in refused.value.message.en and "float" in refused.value.message.en.lower()
    assert refused.value.code == "columns"


def test_pandas_that_made_floats_of_whole_numbers_is_told_so(catalog):
    frame = pandas.DataFrame([CLAIM, {**CLAIM, "claim_id": "C2", "hospital_days": None}])
    with pytest.raises(huzhu.ColumnsError, match="`hospital_days`"):
        catalog.decide(frame, table(ENROLLMENT))
    frame["hospital_days"] = frame["hospital_days"].astype("Int64")
    assert len(catalog.decide(frame, table(ENROLLMENT)).decisions) == 2


WRONG = {
    "binary": [b"1"],
    "list": [[1]],
    "struct": [{"a": 1}],
    "yes-no": [True],
    "duration": [datetime.timedelta(1)],
}


@pytest.mark.parametrize("values", WRONG.values(), ids=WRONG.keys())
def test_a_column_of_a_type_that_no_amount_has(catalog, values):
    claims = table({name: value for name, value in CLAIM.items() if name != "personal_burden"})
    with pytest.raises(huzhu.ColumnsError, match="`personal_burden`"):
        catalog.decide(claims.append_column("personal_burden", pyarrow.array(values)), table(ENROLLMENT))


def test_columns_that_are_unknown_missing_or_twice(catalog):
    with pytest.raises(huzhu.ColumnsError, match="no plan knows the column `colour`"):
        decide(catalog, {**CLAIM, "colour": "red"})
    with pytest.raises(huzhu.ColumnsError, match="`claim_id`"):
        decide(catalog, {name: value for name, value in CLAIM.items() if name != "claim_id"})
    twice = table(CLAIM).append_column("hospital_days", pyarrow.array([3]))
    with pytest.raises(huzhu.ColumnsError, match="`hospital_days`"):
        catalog.decide(twice, table(ENROLLMENT))


@pytest.mark.parametrize("spoilt", [[CLAIM], {"claim_id": ["C1"]}, None, 1, "claims.csv", huzhu.Table], ids=repr)
def test_what_is_no_table(catalog, spoilt):
    with pytest.raises(TypeError) as refused:
        catalog.decide(spoilt, table(ENROLLMENT))
    assert refused.value.place == "claims"
    with pytest.raises(TypeError) as refused:
        catalog.decide(table(CLAIM), spoilt)
    assert refused.value.place == "enrollments"


BAD_CELLS = [
    {"claim_id": None},
    {"claim_id": ""},
    {"enrollment_id": None},
    {"enrollment_id": "nobody"},
    {"cause": "accidnet"},
    {"hospital_days": -1},
    {"personal_burden": Decimal("-0.01")},
    {"personal_burden": Decimal("0.001")},
    {"personal_burden": Decimal(2**96)},
    {"personal_burden": Decimal("9" * 38)},
]


@pytest.mark.parametrize("cell", BAD_CELLS, ids=repr)
def test_a_bad_cell_rejects_its_row_and_no_other(catalog, cell):
    good = {**CLAIM, "claim_id": "good", "event_date": datetime.date(2025, 6, 1)}
    decided = decide(catalog, good, {**CLAIM, **cell})
    assert [row["claim_id"] for row in decided.decisions.to_pylist()] == ["good"]
    (reject,) = decided.rejects.to_pylist()
    assert (reject["input"], reject["row"], reject["column"]) == ("claims", 2, *cell)
    assert reject["reason"] and reject["reason_zh"]


def test_amounts_beyond_128_bits_and_texts_that_are_no_dates(catalog):
    wide = pyarrow.table({**table(CLAIM).to_pydict(), "personal_burden": pyarrow.array([Decimal("9" * 60)], pyarrow.decimal256(76, 2))})
    (reject,) = catalog.decide(wide, table(ENROLLMENT)).rejects.to_pylist()
    assert reject["column"] == "personal_burden"
    (reject,) = decide(catalog, {**CLAIM, "event_date": "2025-02-30"}).rejects.to_pylist()
    assert (reject["column"], reject["value"]) == ("event_date", "2025-02-30")


def test_ids_that_come_twice(catalog):
    decided = decide(catalog, CLAIM, CLAIM)
    assert len(decided.decisions) + len(decided.rejects) == 2 and len(decided.rejects) > 0
    decided = catalog.decide(table(CLAIM), table(ENROLLMENT, ENROLLMENT))
    assert len(decided.decisions) + len({row["row"] for row in decided.rejects.to_pylist() if row["input"] == "claims"}) == 1


def test_tables_without_rows(catalog):
    empty = catalog.decide(table(CLAIM).slice(0, 0), polars.DataFrame(table(ENROLLMENT)))
    assert (len(empty.decisions), len(empty.lines), len(empty.rejects)) == (0, 0, 0)
    assert empty.decisions.columns[:2] == ("claim_id", "enrollment_id")
    nobody = catalog.decide(table(CLAIM), table(ENROLLMENT).slice(0, 0))
    assert [row["column"] for row in nobody.rejects.to_pylist()] == ["enrollment_id"]


def test_a_reader_that_breaks_off(catalog):
    def batches():
        yield from table(CLAIM).to_batches()
        raise RuntimeError("the disk is gone")

    reader = pyarrow.RecordBatchReader.from_batches(table(CLAIM).schema, batches())
    with pytest.raises(Exception, match="the disk is gone"):
        catalog.decide(reader, table(ENROLLMENT))


@pytest.mark.parametrize(
    "column", [pyarrow.array(["2019.87"]).dictionary_encode(), pyarrow.array(["2019.87"], pyarrow.string_view()), pyarrow.array(["2019.87"], pyarrow.large_string())], ids=["dictionary", "view", "large"]
)
def test_texts_in_every_form(catalog, column):
    place = table(CLAIM).schema.get_field_index("personal_burden")
    decided = catalog.decide(table(CLAIM).set_column(place, "personal_burden", column), table(ENROLLMENT))
    assert [row["payable"] for row in decided.decisions.to_pylist()] == [Decimal("7119.87")]


def test_postings_that_cannot_be(catalog):
    first = catalog.decide(table(CLAIM), table(ENROLLMENT), huzhu.no_postings())
    assert len(first.postings) > 0
    again = catalog.decide(table(CLAIM), table(ENROLLMENT), first.postings)
    assert len(again.rejects) == 1 and len(again.postings) == len(first.postings)  # it has posted before
    with pytest.raises(huzhu.HistoryError, match="M1"):
        catalog.decide(table(CLAIM), table({**ENROLLMENT, "member_id": "M2"}), first.postings)
    with pytest.raises(huzhu.ColumnsError):
        catalog.decide(table(CLAIM), table(ENROLLMENT), table(CLAIM))
    assert catalog.decide(table(CLAIM), table(ENROLLMENT)).postings is None


def test_what_notebooks_show(catalog):
    decided = decide(catalog, CLAIM, {**CLAIM, "claim_id": "<b>", "hospital_days": -1})
    page = decided._repr_html_()
    assert "<td>7119.87</td>" in page and "<b>" not in page
    assert repr(decided) == "<huzhu.Decided: 1 decisions, 2 lines, 1 rejects>"
    many = decide(catalog, *({**CLAIM, "claim_id": f"C{number}"} for number in range(25)))
    assert "15 more" in many.decisions._repr_html_()


def many(count):
    claims = pyarrow.table(
        {
            **{name: [value] * count for name, value in CLAIM.items()},
            "claim_id": [f"C{number}" for number in range(count)],
            "enrollment_id": [f"E{number}" for number in range(count)],
        }
    )
    enrollments = pyarrow.table(
        {
            **{name: [value] * count for name, value in ENROLLMENT.items()},
            "enrollment_id": [f"E{number}" for number in range(count)],
            "member_id": [f"M{number}" for number in range(count)],
        }
    )
    return claims, enrollments


def test_other_threads_run_meanwhile(catalog):
    claims, enrollments = many(50_000)
    longest, over, started = [0.0], threading.Event(), threading.Event()

    def turn():
        last = time.perf_counter()
        while not over.is_set():
            now = time.perf_counter()
            longest[0], last = max(longest[0], now - last), now
            started.set()

    thread = threading.Thread(target=turn)
    thread.start()
    started.wait()
    begun = time.perf_counter()
    decided = catalog.decide(claims, enrollments)
    took = time.perf_counter() - begun
    over.set()
    thread.join()
    assert len(decided.decisions) == 50_000
    assert longest[0] < took / 2, "it holds the interpreter's lock"


def test_ten_threads_decide_alike(catalog):
    claims, enrollments = many(500)
    expected = catalog.decide(claims, enrollments).decisions.to_pylist()
    case = huzhu.examples.zhao()

    def both(_):
        return catalog.adjudicate(case).payable, catalog.decide(claims, enrollments).decisions.to_pylist()

    with ThreadPoolExecutor(10) as pool:
        assert all(one == (Decimal("7119.87"), expected) for one in pool.map(both, range(20)))
