"""What goes into a case and what is refused, with its place and why; what comes out for people."""

from __future__ import annotations

import copy
import datetime
import enum
import pickle
from dataclasses import dataclass, field
from decimal import Decimal

import numpy
import pandas
import pytest

import huzhu


@pytest.fixture
def case():
    return huzhu.examples.zhao()


def test_every_exact_type_is_read_alike(catalog, case):
    as_text = catalog.adjudicate(case)
    case["enrollment"] |= {"coverage_start": datetime.date(2025, 1, 1), "shares": numpy.int64(2)}
    case["claim"] |= {
        "event_date": datetime.date(2025, 1, 10),
        "personal_burden": Decimal("2019.87"),
        "total_cost": Decimal("956646E-2"),
        "fund_paid": Decimal("7546.5900"),
        "hospital_days": 51,
        "reported_on": None,
    }
    assert catalog.adjudicate(case).said == as_text.said


def test_dataclasses_are_read_as_dicts(catalog):
    class Cause(str, enum.Enum):
        ACCIDENT = "accident"

    @dataclass
    class Enrollment:
        id: str = "E1"
        member: str = "M1"
        shares: int = 2
        birth_date: datetime.date = datetime.date(1990, 5, 5)
        coverage_start: datetime.date = datetime.date(2025, 1, 1)
        coverage_end: datetime.date = datetime.date(2025, 12, 31)
        previous_coverage_end: datetime.date | None = None

    @dataclass
    class Claim:
        id: str = "C1"
        cause: Cause = Cause.ACCIDENT
        event_date: datetime.date = datetime.date(2025, 1, 10)
        personal_burden: Decimal = Decimal("2019.87")
        hospital_days: int = 51

    @dataclass
    class Case:
        enrollment: Enrollment = field(default_factory=Enrollment)
        history: tuple[Claim, ...] = ()
        claim: Claim = field(default_factory=Claim)

    assert catalog.plan("henan-accident").adjudicate(Case()).payable == Decimal("7119.87")


FLOATS = [2019.87, float("inf"), numpy.float64(1), numpy.float32(1), numpy.float16(1)]


@pytest.mark.parametrize("value", FLOATS, ids=repr)
def test_a_float_is_refused_with_its_place_and_why(catalog, case, value):
    places = {
        "claim.personal_burden": lambda case: case["claim"].update(personal_burden=value),
        "claim.settlement.psn_part_amt": lambda case: case["claim"].update(settlement={"psn_part_amt": value}),
        "enrollment.shares": lambda case: case["enrollment"].update(shares=value),
        "history[1].total_cost": lambda case: case.update(history=[{"id": "H1"}, {"id": "H2", "total_cost": value}]),
        "other_covers[0].history[0].total_cost": lambda case: case.update(other_covers=[{"history": [{"total_cost": value}]}]),
    }
    for place, spoil in places.items():
        spoilt = copy.deepcopy(case)
        spoil(spoilt)
        with pytest.raises(TypeError) as refused:
            catalog.adjudicate(spoilt)
        assert isinstance(refused.value, huzhu.ValueTypeError)
        assert (refused.value.code, refused.value.place) == ("float", place)
        assert "is a float, which holds no decimal amount exactly" in str(refused.value)
        assert "是浮点数" in refused.value.message.zh


@pytest.mark.parametrize("value", [float("nan"), numpy.float64("nan"), pandas.NaT], ids=repr)
def test_what_pandas_puts_where_nothing_is_is_told_to_be_none(catalog, case, value):
    case["claim"]["reported_on"] = value
    with pytest.raises(huzhu.ValueTypeError, match="is no value; a fact that is not given is None") as refused:
        catalog.adjudicate(case)
    assert refused.value.place == "claim.reported_on"


def test_a_row_of_numpy_values(catalog, case):
    case["claim"] |= {"hospital_days": numpy.int32(51), "death": numpy.bool_(False)}
    assert catalog.adjudicate(case).payable == Decimal("7119.87")


@pytest.mark.parametrize("value", [object(), b"1", {1, 2}, 1j, type, ...], ids=repr)
def test_a_value_of_another_type_is_refused(catalog, case, value):
    case["claim"]["personal_burden"] = value
    with pytest.raises(huzhu.ValueTypeError) as refused:
        catalog.adjudicate(case)
    assert (refused.value.code, refused.value.place) == ("type", "claim.personal_burden")


@pytest.mark.parametrize("case", [None, 1, "zhao.json", [], {1: 2}, {"claim": 1.5}, huzhu.Catalog], ids=repr)
def test_what_is_no_case_is_refused(catalog, case):
    with pytest.raises(TypeError):
        catalog.adjudicate(case)


BAD = [
    (True, "the value `true` of `personal_burden` is not of type money, such as `1234.50`"),
    ("x", "the value `x` of `personal_burden` is not of type money, such as `1234.50`"),
    (Decimal("NaN"), "the value `NaN` of `personal_burden` is not of type money, such as `1234.50`"),
    (Decimal("Infinity"), "the value `Infinity` of `personal_burden` is not of type money, such as `1234.50`"),
    (Decimal("0.001"), "the value `0.001` of `personal_burden` has too many digits: at most 2 after the point"),
    (datetime.date(2025, 1, 1), "the value `2025-01-01` of `personal_burden` is not of type money, such as `1234.50`"),
]


@pytest.mark.parametrize(("value", "message"), BAD, ids=repr)
def test_a_value_that_does_not_fit_is_refused_by_the_engine(catalog, case, value, message):
    case["claim"]["personal_burden"] = value
    with pytest.raises(huzhu.CaseError) as refused:
        catalog.adjudicate(case)
    assert (refused.value.place, refused.value.message.en) == ("claim.personal_burden", message)


@pytest.mark.parametrize(
    "value", [Decimal("1E+999999999"), Decimal("1E-999999999"), Decimal(10) ** 300, 10**5000, Decimal("9" * 250), 2**96], ids=["e+", "e-", "300", "5000", "250", "2^96"]
)
def test_a_number_beyond_all_bounds_is_refused_at_once(catalog, case, value):
    case["claim"]["personal_burden"] = value
    with pytest.raises(huzhu.CaseError) as refused:
        catalog.adjudicate(case)
    assert refused.value.place == "claim.personal_burden"


def test_all_that_is_wrong_is_told_at_once(catalog, case):
    del case["claim"]["id"]
    case["claim"] |= {"hospital_dais": 3, "event_date": "2025-02-30"}
    case["history"] = [{"id": "H1", "enrollment": {"shares": "two"}}]
    with pytest.raises(huzhu.CaseError) as refused:
        catalog.adjudicate(case)
    told = {problem.place: problem.message.en for problem in refused.value.problems}
    assert told["claim.hospital_dais"] == "no fact is named `hospital_dais`"
    assert set(told) == {"claim", "claim.hospital_dais", "claim.event_date", "history[0].enrollment.shares"}
    (help,) = next(problem.help for problem in refused.value.problems if problem.place == "claim.hospital_dais")
    assert help.en == "did you mean `hospital_days`?"
    assert "did you mean `hospital_days`?" in str(refused.value)


def test_text_that_is_no_text_and_cases_that_hold_themselves(catalog, case):
    case["claim"]["cause"] = "\ud800"
    with pytest.raises(huzhu.CaseError) as refused:
        catalog.adjudicate(case)
    assert (refused.value.code, refused.value.place) == ("not-text", "claim.cause")
    case["claim"]["cause"] = case
    with pytest.raises(huzhu.CaseError) as refused:
        catalog.adjudicate(case)
    assert refused.value.code == "too-deep"


def test_the_plan_that_was_asked_for_decides(catalog, case):
    plan = catalog.plan("henan-accident")
    del case["enrollment"]["plan"]
    assert plan.adjudicate(case).plan.id == "henan-accident"
    with pytest.raises(huzhu.ArgumentError, match="of the plan `henan-accident`, not of `ningbo-hospital`"):
        catalog.plan("ningbo-hospital").adjudicate(huzhu.examples.zhao())
    assert catalog.plan(plan.title.zh) is plan
    with pytest.raises(huzhu.PlanError) as refused:
        catalog.plan("henan-acident")
    assert refused.value.message.zh == "没有计划 `henan-acident`；是否想写 `henan-accident`？"


def test_a_missing_fact_is_no_error(catalog, case):
    del case["claim"]["personal_burden"], case["claim"]["fund_paid"], case["claim"]["total_cost"]
    decided = catalog.adjudicate(case)
    assert (decided.decision, decided.payable, decided.missing) == (huzhu.Decision.PENDED, 0, ("personal_burden",))
    assert decided.reasons[0].text.zh in decided.text("zh") and decided.reasons[0].text.en in decided.html("en")


def test_a_history_that_cannot_be(catalog, case):
    case["claim"] = {"id": "R", "reverses": "nobody"}
    with pytest.raises(huzhu.CaseError) as refused:
        catalog.adjudicate(case)
    assert refused.value.place == "claim.reverses"


def test_the_order_of_a_history(catalog, case):
    case["history"] = [{**case["claim"], "id": "later", "event_date": "2025-06-01", "hospital_days": 80}]
    by_event, as_received = (catalog.adjudicate(case, order=order) for order in ("by-event", "as-received"))
    assert by_event.said["en"]["order"] == "by-event" and as_received.said["en"]["order"] == "as-received"
    assert catalog.adjudicate(case).said == by_event.said
    assert catalog.adjudicate(case, order="as-received").notices == ()
    with pytest.raises(huzhu.ArgumentError, match="there is no order `newest`"):
        catalog.adjudicate(case, order="newest")


def test_pages_escape_what_they_show(catalog, case):
    case["claim"]["id"] = "<script>alert(1)</script>&'\""
    page = catalog.adjudicate(case).html()
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_notebooks_show_the_language_that_was_asked_for(case):
    chinese = huzhu.Catalog.open(huzhu.examples.RULES, language="zh").adjudicate(case)
    assert "给付" in chinese._repr_html_() and "给付" in str(chinese)
    with pytest.raises(ValueError, match="`fr` is no language"):
        huzhu.Catalog.open(huzhu.examples.RULES, language="fr")


def test_errors_and_decisions_can_be_sent_to_another_process(catalog, case):
    decided = catalog.adjudicate(case)
    assert pickle.loads(pickle.dumps(decided)) == decided
    with pytest.raises(huzhu.HuzhuError) as refused:
        catalog.plan("none")
    again = pickle.loads(pickle.dumps(refused.value))
    assert (type(again), again.problems) == (huzhu.PlanError, refused.value.problems)
