//! What ingest lets in, and what it says to the rest.

#![expect(clippy::arithmetic_side_effects, reason = "the numbers drawn here are small")]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Int8Type, Int64Type, UInt16Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Date64Array, Decimal32Array, Decimal64Array, Decimal128Array,
    Decimal256Array, DictionaryArray, Int64Array, LargeStringArray, NullArray, StringArray, StringViewArray,
    TimestampMicrosecondArray, UInt64Array,
};
use arrow_buffer::i256;
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::vocabulary::Meant;
use super::*;
use crate::catalog::Catalog;
use crate::fact::{Holder, Kind, Misfit, STANDARD, StandardFact, Value};
use crate::{Language, calendar};

fn shipped() -> &'static Vocabulary {
    static SHIPPED: LazyLock<Vocabulary> = LazyLock::new(|| {
        let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
        Vocabulary::of(&Catalog::load(&rules).unwrap()).unwrap()
    });
    &SHIPPED
}

fn batch(columns: &[(&str, ArrayRef)]) -> RecordBatch {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.iter().map(|(_, array)| Arc::clone(array)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).unwrap()
}

fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn nothing(rows: usize) -> ArrayRef {
    Arc::new(NullArray::new(rows))
}

fn ids(rows: usize) -> ArrayRef {
    Arc::new((0..rows).map(|row| Some(format!("C{row}"))).collect::<StringArray>())
}

/// A batch of one fact and of what must be beside it.
fn of_fact(holder: Holder, name: &str, column: ArrayRef) -> (Input, RecordBatch) {
    let rows = column.len();
    let (input, ids_of): (_, &[&str]) = match holder {
        Holder::Claim => (Input::Claims, &["claim_id", "enrollment_id"]),
        Holder::Enrollment => (Input::Enrollments, &["enrollment_id", "member_id", "plan"]),
    };
    let mut columns: Vec<(&str, ArrayRef)> = ids_of.iter().map(|id| (*id, ids(rows))).collect();
    if holder == Holder::Enrollment {
        let needed = ["shares", "coverage_start", "coverage_end"].into_iter().filter(|needed| *needed != name);
        columns.extend(needed.map(|needed| (needed, nothing(rows))));
    }
    columns.push((name, column));
    (input, batch(&columns))
}

/// What became of each row's value: its plain number, none, or a reason.
fn outcomes(vocabulary: &Vocabulary, holder: Holder, name: &str, column: ArrayRef) -> Vec<Result<Option<i64>, Text>> {
    let rows = column.len();
    let (input, batch) = of_fact(holder, name, column);
    let ingest = Ingest::new(vocabulary, input, &batch.schema(), &[]).unwrap();
    let Passed { rows: plain, rejects, .. } = ingest.read(&batch, 1).unwrap();
    assert_eq!(plain.schema(), *ingest.schema());
    assert_eq!(plain.num_rows() + rejects.len(), rows);
    let mut outcomes = vec![Ok(None); rows];
    for reject in rejects {
        assert_eq!(reject.column, name);
        outcomes[usize::try_from(reject.row).unwrap() - 1] = Err(reject.reason);
    }
    let numbers = plain.column(0).as_primitive::<UInt64Type>().values().to_vec();
    let values = as_numbers(plain.column_by_name(name).unwrap());
    for (number, value) in numbers.into_iter().zip(values) {
        let place = usize::try_from(number).unwrap() - 1;
        assert!(outcomes[place].is_ok());
        outcomes[place] = Ok(value);
    }
    outcomes
}

/// A text that has no code counts as 0; what it is, is in [`texts_of`].
fn as_numbers(plain: &ArrayRef) -> Vec<Option<i64>> {
    if let Some(texts) = plain.as_string_opt::<i32>() {
        return texts.iter().map(|text| text.map(|_| 0)).collect();
    }
    let numbers = cast(plain, &DataType::Int64).unwrap();
    numbers.as_primitive::<Int64Type>().iter().collect()
}

/// The same by the way of case files.
fn expected(vocabulary: &Vocabulary, fact: &StandardFact, value: &Value) -> Result<Option<i64>, Misfit> {
    if *value == Value::from("") {
        return Ok(None);
    }
    Ok(Some(match fact.fit(value)? {
        Value::Number(number) => {
            let factor = 10_i128.pow(fact.kind.places() - number.scale());
            i64::try_from(number.mantissa() * factor).unwrap()
        }
        Value::YesNo(answer) => answer.into(),
        Value::Date(date) => calendar::days(chrono::NaiveDate::default(), date),
        Value::Text(text) => vocabulary.code(fact.name, &text).into(),
    }))
}

/// The column in every shape that text may come in.
fn shapes_of_text(texts: &[String]) -> Vec<ArrayRef> {
    let keys = texts.iter().map(String::as_str);
    vec![
        Arc::new(keys.clone().map(Some).collect::<StringArray>()),
        Arc::new(keys.clone().map(Some).collect::<LargeStringArray>()),
        Arc::new(keys.clone().map(Some).collect::<StringViewArray>()),
        Arc::new(keys.clone().collect::<DictionaryArray<UInt16Type>>()),
        Arc::new(keys.collect::<DictionaryArray<Int64Type>>()),
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[0-9]{1,4}(\\.[0-9]{1,3})?",
        "-?[0-9]{0,20}(\\.[0-9]{0,10})?",
        "0{0,16}[01]\\.[0-9]{0,9}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "(1799|1800|2024|2999|3000)-(0[0-9]|1[0-3])-(0[0-9]|[123][0-9])",
        "20[0-9]{2}-0[1-9]-0[1-9][ T][0-9+]{2}:[0-9]{2}:[0-9]{2}",
        "(true|false|True|1|0|accident|illness|sudden-death|coal-miner|truck-driver|active| accident|)",
        "[ -~一二]{0,6}",
    ]
}

/// A case is many columns; `PROPTEST_CASES=1024` tries four times as many.
fn some_cases() -> ProptestConfig {
    let asked = ProptestConfig::default();
    ProptestConfig { cases: asked.cases.div_ceil(16), failure_persistence: None, ..asked }
}

proptest! {
    #![proptest_config(some_cases())]

    #[test]
    fn a_text_is_read_as_in_a_case_file(texts in prop::collection::vec(any_text(), 1..40)) {
        let vocabulary = shipped();
        for fact in &STANDARD {
            let expected: Vec<_> =
                texts.iter().map(|text| expected(vocabulary, fact, &Value::from(text.as_str()))).collect();
            for column in shapes_of_text(&texts) {
                let found = outcomes(vocabulary, fact.holder, fact.name, column);
                for ((text, found), expected) in texts.iter().zip(&found).zip(&expected) {
                    match (found, expected) {
                        (Ok(found), Ok(expected)) => prop_assert_eq!(found, expected, "{} = {:?}", fact.name, text),
                        (Err(reason), Err(misfit)) => {
                            let value = Value::from(text.as_str());
                            let words = crate::given::misfit_text(fact, &value, *misfit).on_one_line();
                            prop_assert_eq!(reason, &words);
                        }
                        (Ok(_), Err(_)) | (Err(_), Ok(_)) => {
                            prop_assert!(false, "{} = {:?}: {:?}, not {:?}", fact.name, text, found, expected);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_decimal_is_read_as_in_a_case_file(
        numbers in prop::collection::vec((any::<i64>(), 0_u32..63, 0_u32..12), 1..60),
        scale in -4_i8..22,
    ) {
        let vocabulary = shipped();
        let numbers: Vec<i128> = numbers
            .iter()
            .map(|(number, bits, zeros)| i128::from(number >> bits) * 10_i128.pow(*zeros))
            .collect();
        for fact in STANDARD.iter().filter(|fact| !matches!(fact.kind, Kind::Date | Kind::YesNo)) {
            let decimal = |number: i128| {
                let (mut number, mut scale) = match u32::try_from(scale) {
                    Ok(scale) => (number, scale),
                    Err(_) => (number * 10_i128.pow(scale.unsigned_abs().into()), 0),
                };
                while number.unsigned_abs() >> 96 != 0 && scale > 0 && number % 10 == 0 {
                    (number, scale) = (number / 10, scale - 1); // zeros at the end are no digits of a number
                }
                Decimal::try_from_i128_with_scale(number, scale).ok()
            };
            if fact.kind == Kind::Category && scale != 0 {
                continue;
            }
            for column in shapes_of_decimal(&numbers, scale) {
                let found = outcomes(vocabulary, fact.holder, fact.name, Arc::clone(&column));
                for (number, found) in as_decimals(&column).into_iter().zip(found) {
                    let Some(decimal) = decimal(number) else { // more than 28 digits, which no fact has
                        prop_assert!(found.is_err() || fact.kind == Kind::Category);
                        continue;
                    };
                    let expected = expected(vocabulary, fact, &Value::Number(decimal));
                    let words = |misfit| {
                        let shown = Value::Text(shown(&column, place_of(&column, number)).into());
                        crate::given::misfit_text(fact, &shown, misfit)
                    };
                    prop_assert_eq!(found, expected.map_err(words), "{} = {} at {}", fact.name, number, scale);
                }
            }
        }
    }
}

fn place_of(column: &ArrayRef, number: i128) -> usize {
    as_decimals(column).iter().position(|other| *other == number).unwrap()
}

/// The numbers that fit each width of decimals, and whole ones where the scale is 0.
fn shapes_of_decimal(numbers: &[i128], scale: i8) -> Vec<ArrayRef> {
    let short: Vec<i64> = numbers.iter().filter_map(|number| i64::try_from(*number).ok()).collect();
    let short = || short.iter().copied().filter(|number| number.unsigned_abs() < 10_u64.pow(18));
    let shorter: Vec<i32> = short().filter_map(|number| i32::try_from(number).ok()).collect();
    let shorter = || shorter.iter().copied().filter(|number| number.unsigned_abs() < 10_u32.pow(9));
    let wide = numbers.iter().map(|number| i256::from_i128(*number));
    let mut shapes: Vec<ArrayRef> = vec![
        Arc::new(
            Decimal128Array::from_iter_values(numbers.iter().copied()).with_precision_and_scale(38, scale).unwrap(),
        ),
        Arc::new(Decimal256Array::from_iter_values(wide).with_precision_and_scale(76, scale).unwrap()),
    ];
    if scale <= 18 {
        shapes.push(Arc::new(Decimal64Array::from_iter_values(short()).with_precision_and_scale(18, scale).unwrap()));
    }
    if scale <= 9 {
        shapes.push(Arc::new(Decimal32Array::from_iter_values(shorter()).with_precision_and_scale(9, scale).unwrap()));
    }
    if scale == 0 {
        let whole: ArrayRef = Arc::new(Int64Array::from_iter_values(short()));
        shapes.push(Arc::clone(&whole));
        for narrower in [
            DataType::Int8,
            DataType::Int16,
            DataType::Int32,
            DataType::UInt8,
            DataType::UInt16,
            DataType::UInt32,
            DataType::UInt64,
        ] {
            shapes.push(cast(&whole, &narrower).unwrap()); // what does not fit is null
        }
    }
    shapes.into_iter().map(|column| arrow_select::filter::filter(&column, &is_given(&column)).unwrap()).collect()
}

fn as_decimals(column: &ArrayRef) -> Vec<i128> {
    (0..column.len())
        .map(|row| match column.data_type() {
            DataType::Decimal32(..) => column.as_primitive::<arrow_array::types::Decimal32Type>().value(row).into(),
            DataType::Decimal64(..) => column.as_primitive::<arrow_array::types::Decimal64Type>().value(row).into(),
            DataType::Decimal128(..) => column.as_primitive::<arrow_array::types::Decimal128Type>().value(row),
            DataType::Decimal256(..) => {
                column.as_primitive::<arrow_array::types::Decimal256Type>().value(row).to_i128().unwrap()
            }
            _ => shown(column, row).parse().unwrap(),
        })
        .collect()
}

#[test]
fn a_wide_decimal_is_read_whatever_its_places() {
    let vocabulary = shipped();
    let read = |digits: &str, scale| {
        let value = i256::from_string(digits).unwrap();
        let column = Decimal256Array::from_iter_values([value]).with_precision_and_scale(76, scale).unwrap();
        let mut found = outcomes(vocabulary, Holder::Claim, "total_cost", Arc::new(column));
        found.remove(0).map_err(|reason| reason.en)
    };
    let zeros = "0".repeat(50);
    assert_eq!(read(&format!("201987{zeros}"), 52), Ok(Some(201_987)));
    assert_eq!(
        read(&format!("201987{zeros}"), 60),
        Err(format!("the value `0.0000201987{zeros}` of `total_cost` has too many digits: at most 2 after the point"))
    );
    assert_eq!(
        read(&format!("1{zeros}"), 0),
        Err(format!("the value `1{zeros}` of `total_cost` is not from 0 to 999999999999999.99"))
    );
    assert_eq!(read("0", 76), Ok(Some(0)));
    assert_eq!(read("0", -76), Ok(Some(0)));
}

#[test]
fn a_date_is_of_the_years_1800_to_2999() {
    let vocabulary = shipped();
    let day =
        |text| i32::try_from(calendar::days(chrono::NaiveDate::default(), calendar::parse(text).unwrap())).unwrap();
    let (first, last) = (day("1800-01-01"), day("2999-12-31"));
    let column =
        Date32Array::from(vec![Some(first), Some(last), None, Some(first - 1), Some(last + 1), Some(i32::MIN)]);
    let found = outcomes(vocabulary, Holder::Claim, "event_date", Arc::new(column));
    assert_eq!(found[..3], [Ok(Some(first.into())), Ok(Some(last.into())), Ok(None)]);
    let reason = found[3].clone().unwrap_err();
    assert_eq!(reason.en, "the value `1799-12-31` of `event_date` is not of the years 1800 to 2999");
    assert_eq!(reason.zh, "`event_date` 的值 `1799-12-31` 不在 1800 年至 2999 年之间");
    assert!(found[4].is_err() && found[5].is_err());
}

#[test]
fn a_moment_is_a_date_at_midnight_or_in_a_settlement() {
    let vocabulary = shipped();
    let day = 86_400_000_i64;
    let millis = vec![Some(20_000 * day), Some(20_000 * day + 1), Some(-day - 1), None];
    let shapes: [ArrayRef; 4] = [
        Arc::new(Date64Array::from(millis.clone())),
        Arc::new(millis.iter().map(|m| m.map(|m| m * 1_000)).collect::<TimestampMicrosecondArray>()),
        cast(&Date64Array::from(millis.clone()), &DataType::Timestamp(TimeUnit::Millisecond, None)).unwrap(),
        cast(&Date64Array::from(millis), &DataType::Timestamp(TimeUnit::Nanosecond, None)).unwrap(),
    ];
    for column in shapes {
        let found = outcomes(vocabulary, Holder::Claim, "admitted", Arc::clone(&column));
        assert_eq!((&found[0], &found[3]), (&Ok(Some(20_000)), &Ok(None)));
        let reason = found[1].clone().unwrap_err();
        assert_eq!(reason.en, "`admitted` is a date, and `2024-10-04T00:00:00.001` has a time of day");
        assert_eq!(reason.zh, "`admitted` 是日期，`2024-10-04T00:00:00.001` 含有时刻");
        assert!(found[2].is_err());
        let settled = outcomes(vocabulary, Holder::Claim, "setl_time", column);
        assert_eq!(settled, [Ok(Some(20_000)), Ok(Some(20_000)), Ok(Some(-2)), Ok(None)]);
    }
}

#[test]
fn what_stands_under_a_null_is_not_read() {
    let vocabulary = shipped();
    let nulls = arrow_buffer::NullBuffer::from(vec![false, true]);
    let shares: ArrayRef = Arc::new(Int64Array::new(vec![-7, 3].into(), Some(nulls.clone())));
    assert_eq!(outcomes(vocabulary, Holder::Enrollment, "shares", shares), [Ok(None), Ok(Some(3))]);
    let dates: ArrayRef = Arc::new(Date32Array::new(vec![i32::MAX, 3].into(), Some(nulls)));
    assert_eq!(outcomes(vocabulary, Holder::Claim, "event_date", dates), [Ok(None), Ok(Some(3))]);
}

#[test]
fn a_dictionary_is_read_by_its_values() {
    let vocabulary = shipped();
    let cause = |text| Ok(Some(i64::from(vocabulary.code("cause", text))));
    let column: DictionaryArray<Int8Type> =
        [Some("illness"), None, Some("accident"), Some("flood"), Some(""), Some("illness"), Some("flood")]
            .into_iter()
            .collect();
    let column: ArrayRef = Arc::new(column);
    let found = outcomes(vocabulary, Holder::Claim, "cause", Arc::clone(&column));
    let wrong = Text {
        zh: "`cause` 不能填 `flood`；可填 `意外伤害`、`猝死`、`疾病`".to_owned(),
        en: "the value `flood` of `cause` is not one of `accident`, `sudden-death`, `illness`".to_owned(),
    };
    let expected =
        [cause("illness"), Ok(None), cause("accident"), Err(wrong.clone()), Ok(None), cause("illness"), Err(wrong)];
    assert_eq!(found, expected);
    // fewer rows than values
    assert_eq!(outcomes(vocabulary, Holder::Claim, "cause", column.slice(2, 2)), expected[2..4]);
}

#[test]
fn a_category_may_be_written_as_whole_numbers() {
    let vocabulary = shipped();
    let flags: ArrayRef = Arc::new(Int64Array::from(vec![Some(0), Some(1), None, Some(2), Some(-1)]));
    let found = outcomes(vocabulary, Holder::Claim, "vali_flag", Arc::clone(&flags));
    let code = |text| Ok(Some(i64::from(vocabulary.code("vali_flag", text))));
    assert_eq!(found[..3], [code("0"), code("1"), Ok(None)]);
    assert_eq!(found[3].clone().unwrap_err().en, "the value `2` of `vali_flag` is not one of `0`, `1`");
    assert!(found[4].is_err());
    let large: ArrayRef = Arc::new(UInt64Array::from(vec![1, u64::MAX]));
    assert_eq!(outcomes(vocabulary, Holder::Claim, "vali_flag", Arc::clone(&large))[0], code("1"));
    assert_eq!(outcomes(vocabulary, Holder::Claim, "psn_no", large), [Ok(Some(0)), Ok(Some(0))]);
}

/// The texts of a category as a decision reads them, be they coded or not.
fn texts_of(vocabulary: &Vocabulary, name: &str, column: ArrayRef) -> Vec<Option<String>> {
    let (input, batch) = of_fact(StandardFact::named(name).unwrap().holder, name, column);
    let plain = Ingest::new(vocabulary, input, &batch.schema(), &[]).unwrap().read(&batch, 1).unwrap().rows;
    let uncoded = plain.column_by_name(&uncoded(name)).map(|texts| texts.as_string::<i32>().clone());
    let column = plain.column_by_name(name).unwrap();
    let coded = column.as_primitive_opt::<UInt16Type>();
    let text = |row: usize| {
        let Some(codes) = coded else { return column.as_string::<i32>().value(row).to_owned() };
        let text = vocabulary.text(name, codes.value(row));
        text.map_or_else(|| uncoded.as_ref().unwrap().value(row).to_owned(), str::to_owned)
    };
    (0..plain.num_rows()).map(|row| column.is_valid(row).then(|| text(row))).collect()
}

#[test]
fn a_category_keeps_the_text_that_no_plan_tells_apart() {
    let written = ["coal miner", "", "truck-driver", "?", "coal miner"].map(str::to_owned);
    let given = written.clone().map(|text| Some(text).filter(|text| !text.is_empty()));
    for column in shapes_of_text(&written) {
        for name in ["occupation", "setl_id", "certno"] {
            assert_eq!(texts_of(shipped(), name, Arc::clone(&column)), given, "{name}");
        }
    }
    let whole: ArrayRef = Arc::new(UInt64Array::from(vec![Some(7), None, Some(u64::MAX)]));
    for name in ["occupation", "setl_id"] {
        let found = texts_of(shipped(), name, Arc::clone(&whole));
        assert_eq!(found, [Some("7".to_owned()), None, Some("18446744073709551615".to_owned())], "{name}");
    }
}

#[test]
fn a_fact_of_a_packs_own_is_read_by_its_kind() {
    let vocabulary = shipped();
    let found = outcomes(vocabulary, Holder::Claim, "came_from", text(&["out-of-province", "abroad", ""]));
    assert_eq!(found, [Ok(Some(vocabulary.code("came_from", "out-of-province").into())), Ok(Some(0)), Ok(None)]);
    let found = outcomes(vocabulary, Holder::Claim, "voucher_number", text(&["0", "7", "-1", "1.5", "x"]));
    assert_eq!(found[..2], [Ok(Some(0)), Ok(Some(7))]); // its own least, 1, is the plan's affair
    let reasons: Vec<String> = found[2..].iter().map(|wrong| wrong.clone().unwrap_err().en).collect();
    assert_eq!(
        reasons,
        [
            "the value `-1` of `voucher_number` is not from 0 to 1000000000",
            "the value `1.5` of `voucher_number` is not a whole number",
            "the value `x` of `voucher_number` is not of type number, such as `12`",
        ]
    );
}

#[test]
fn the_plain_columns_stand_in_one_order() {
    let vocabulary = shipped();
    let raw = batch(&[
        ("total_cost", text(&["12.30", "", "7"])),
        ("reverses", text(&["", "C1", ""])),
        ("death", Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)]))),
        ("enrollment_id", Arc::new(Int64Array::from(vec![7, 8, 9]))),
        ("note", text(&["a", "b", "c"])),
        (" claim_id ", Arc::new(StringViewArray::from(vec!["C1", "C2", "C3"]))),
    ]);
    let ingest = Ingest::new(vocabulary, Input::Claims, &raw.schema(), &["note".to_owned()]).unwrap();
    let names: Vec<&str> = ingest.schema().fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, ["row", "claim_id", "enrollment_id", "reverses", "death", "total_cost"]);
    assert_eq!(ingest.projection(), [0, 1, 2, 3, 5]);
    let Passed { rows: plain, rejects, .. } = ingest.read(&raw, 11).unwrap();
    assert_eq!(rejects, []);
    let expected = batch_of(
        ingest.schema(),
        vec![
            Arc::new(UInt64Array::from(vec![11, 12, 13])),
            text(&["C1", "C2", "C3"]),
            text(&["7", "8", "9"]),
            Arc::new(StringArray::from(vec![None, Some("C1"), None])),
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
            Arc::new(Int64Array::from(vec![Some(1230), None, Some(700)])),
        ],
    );
    assert_eq!(plain, expected);
    // the same from a batch with the columns that are read only
    let projected = raw.project(ingest.projection()).unwrap();
    assert_eq!(ingest.read(&projected, 11).unwrap().rows, expected);
    let other = ingest.read(&raw.project(&[0, 1]).unwrap(), 1).unwrap_err();
    assert_eq!(
        other.message(Language::En),
        "the columns of a batch are not the ones that were checked (2, not 6): claim_id"
    );
}

fn batch_of(schema: &SchemaRef, columns: Vec<ArrayRef>) -> RecordBatch {
    RecordBatch::try_new(Arc::clone(schema), columns).unwrap()
}

#[test]
fn a_row_with_bad_values_leaves_with_all_its_reasons() {
    let vocabulary = shipped();
    let raw = batch(&[
        ("claim_id", Arc::new(StringArray::from(vec![Some("C1"), None, Some(""), Some("C4"), Some("C5")]))),
        ("enrollment_id", text(&["E1", "E2", "E3", "E4", "E5"])),
        ("total_cost", text(&["1", "2", "3", "4,5", "5"])),
        ("event_date", text(&["2025-01-01", "2025-01-02", "yesterday", "2025-02-30", "2025-01-05"])),
    ]);
    let ingest = Ingest::new(vocabulary, Input::Claims, &raw.schema(), &[]).unwrap();
    let Passed { rows: plain, rejects, .. } = ingest.read_rows(&raw, &Rows::These(vec![1, 2, 3, 5, 8])).unwrap();
    let days: ArrayRef = Arc::new(Date32Array::from(vec![20_089, 20_093]));
    let expected = batch_of(
        ingest.schema(),
        vec![
            Arc::new(UInt64Array::from(vec![1, 8])),
            text(&["C1", "C5"]),
            text(&["E1", "E5"]),
            days,
            Arc::new(Int64Array::from(vec![100, 500])),
        ],
    );
    assert_eq!(plain, expected);
    assert_eq!(plain.column(3).as_primitive::<Date32Type>().len(), 2);
    let said: Vec<(u64, &str, &str, &str, &str)> = rejects
        .iter()
        .map(|reject| {
            let Reject { row, column, value, reason, .. } = reject;
            (*row, column.as_str(), value.as_str(), reason.zh.as_str(), reason.en.as_str())
        })
        .collect();
    let date = "the value `yesterday` of `event_date` is not of type date, such as `2025-01-31`";
    let no_date = "the value `2025-02-30` of `event_date` is no date: there is no 30 February 2025";
    assert_eq!(
        said,
        [
            (2, "claim_id", "", "`claim_id` 未填", "`claim_id` is not given"),
            (3, "claim_id", "", "`claim_id` 未填", "`claim_id` is not given"),
            (3, "event_date", "yesterday", "`event_date` 的值 `yesterday` 应为日期，如 `2025-01-31`", date),
            (5, "event_date", "2025-02-30", "`event_date` 的值 `2025-02-30` 不是日期：2025年2月没有30日", no_date),
            (
                5,
                "total_cost",
                "4,5",
                "`total_cost` 的值 `4,5` 有两种读法：`4.5` 或 `45`；请去掉逗号重写",
                "the value `4,5` of `total_cost` can mean two numbers, `4.5` or `45`; write the one that is meant, without a comma"
            ),
        ]
    );
    assert!(rejects.iter().all(|reject| reject.input == Input::Claims));
}

#[test]
fn a_very_long_value_is_cut_off_in_the_reason() {
    let vocabulary = shipped();
    let long = "长".repeat(300);
    let (input, raw) = of_fact(Holder::Claim, "total_cost", text(&[&long]));
    let ingest = Ingest::new(vocabulary, input, &raw.schema(), &[]).unwrap();
    let Passed { rejects, .. } = ingest.read(&raw, 1).unwrap();
    assert_eq!(rejects[0].value, format!("{}…", "长".repeat(200)));
}

// ── columns ──────────────────────────────────────────────────────────────

fn refused(input: Input, columns: &[(&str, DataType)], ignore: &[&str]) -> (String, String) {
    let schema =
        Schema::new(columns.iter().map(|(name, kind)| Field::new(*name, kind.clone(), true)).collect::<Vec<_>>());
    let ignore: Vec<String> = ignore.iter().map(|name| (*name).to_owned()).collect();
    match Ingest::new(shipped(), input, &schema, &ignore) {
        Ok(_) => (String::new(), String::new()),
        Err(error) => {
            assert!(error.is_columns());
            (error.message(Language::Zh).to_owned(), error.message(Language::En).to_owned())
        }
    }
}

const TEXT: DataType = DataType::Utf8;

#[test]
fn a_missing_column_is_named() {
    let (zh, en) = refused(Input::Claims, &[("total_cost", TEXT)], &[]);
    assert_eq!(en, "the claims: the column `claim_id` is missing; the column `enrollment_id` is missing");
    assert_eq!(zh, "理赔申请：缺少列 `理赔编号`；缺少列 `参保编号`");
    let (_, en) = refused(Input::Enrollments, &[("enrollment_id", TEXT), ("member_id", TEXT), ("plan", TEXT)], &[]);
    assert_eq!(
        en,
        "the enrollments: the column `shares` is missing; the column `coverage_start` is missing; \
                    the column `coverage_end` is missing"
    );
    let (_, en) = refused(Input::Claims, &[("claim_id", TEXT), ("enrollment_id", TEXT)], &["claim_id"]);
    assert_eq!(en, "the claims: the column `claim_id` is missing");
}

#[test]
fn an_unknown_column_is_named_with_the_nearest_known_one() {
    let columns = [("claim_idd", TEXT), ("Enrollment-Idd", TEXT), ("totl_cost", TEXT), ("remark", TEXT)];
    let (zh, en) = refused(Input::Claims, &columns, &[]);
    assert_eq!(
        en,
        "the claims: no plan knows the column `claim_idd`; did you mean `claim_id`?; \
         no plan knows the column `Enrollment-Idd`; did you mean `enrollment_id`?; \
         no plan knows the column `totl_cost`; did you mean `total_cost`?; \
         no plan knows the column `remark`; \
         what is not meant can be left out: `remark`"
    );
    assert_eq!(
        zh,
        "理赔申请：没有名为 `claim_idd` 的列；是否想写 `理赔编号`？；没有名为 `Enrollment-Idd` 的列；是否想写 `参保编号`？；\
         没有名为 `totl_cost` 的列；是否想写 `医疗费总额`？；没有名为 `remark` 的列；\
         无关的列可以略过：`remark`"
    );
}

#[test]
fn a_column_whose_name_holds_a_title_is_asked_for_it_and_not_left_out() {
    let columns = [("理赔编号", TEXT), ("参保编号", TEXT), ("序号", TEXT), ("姓名", TEXT), ("出险原因", TEXT)];
    let (zh, _) = refused(Input::Claims, &columns, &[]);
    assert_eq!(
        zh,
        "理赔申请：没有名为 `序号` 的列；没有名为 `姓名` 的列；没有名为 `出险原因` 的列；是否想写 `原因`？；\
         无关的列可以略过：`序号,姓名`"
    );
}

#[test]
fn every_fact_of_the_shipped_packs_goes_by_its_titles() {
    let vocabulary = shipped();
    let catalog = Catalog::load(Path::new("rules")).unwrap();
    let own = catalog.plans().flat_map(|plan| &plan.facts).filter(|fact| fact.standard.is_none());
    let own = own.map(|fact| (fact.holder, fact.name.to_string(), fact.title.zh.clone(), fact.title.en.clone()));
    let standard = STANDARD.iter();
    let standard = standard.map(|fact| (fact.holder, fact.name.to_owned(), fact.zh.to_owned(), fact.en.to_owned()));
    for (holder, name, zh, en) in standard.chain(own) {
        let input = if holder == Holder::Claim { Input::Claims } else { Input::Enrollments };
        for title in [zh, en, name.to_uppercase()] {
            assert_eq!(vocabulary.meant_by(input, &title), Meant::Name(&name), "{title}");
        }
    }
}

#[test]
fn a_column_of_the_other_input_is_sent_there() {
    let (zh, en) = refused(
        Input::Claims,
        &[("claim_id", TEXT), ("enrollment_id", TEXT), ("member_id", TEXT), ("birth_date", TEXT)],
        &[],
    );
    assert_eq!(
        en,
        "the claims: `member_id` is a column of the enrollments, not of the claims; \
         `birth_date` is a column of the enrollments, not of the claims; \
         what is not meant can be left out: `member_id,birth_date`"
    );
    assert_eq!(
        zh,
        "理赔申请：`会员编号`属于参保记录，不属于理赔申请；`出生日期`属于参保记录，不属于理赔申请；\
         无关的列可以略过：`member_id,birth_date`"
    );
    let columns = ["enrollment_id", "member_id", "plan", "shares", "coverage_start", "coverage_end", "total_cost"];
    let (_, en) = refused(Input::Enrollments, &columns.map(|name| (name, TEXT)), &[]);
    assert_eq!(
        en,
        "the enrollments: `total_cost` is a column of the claims, not of the enrollments; \
         what is not meant can be left out: `total_cost`"
    );
}

#[test]
fn a_column_stands_once() {
    let columns =
        [("claim_id", TEXT), ("enrollment_id", TEXT), ("claim_id", TEXT), ("Claim_ID", TEXT), (" enrollment_id", TEXT)];
    let (zh, en) = refused(Input::Claims, &columns, &[]);
    assert_eq!(
        en,
        "the claims: duplicate column `claim_id` (columns 1 and 3); \
         the columns `claim_id` (1) and `Claim_ID` (4) differ only in case or in blanks around them; \
         the columns `enrollment_id` (2) and ` enrollment_id` (5) differ only in case or in blanks around them"
    );
    assert_eq!(
        zh,
        "理赔申请：列 `claim_id` 重复（第 1 列与第 3 列）；第 1 列 `claim_id` 与第 4 列 `Claim_ID` 仅大小写或首尾空格不同；\
         第 2 列 `enrollment_id` 与第 5 列 ` enrollment_id` 仅大小写或首尾空格不同"
    );
}

#[test]
fn a_type_that_can_not_hold_the_fact_is_refused() {
    let columns = [
        ("claim_id", DataType::Float64),
        ("enrollment_id", DataType::Binary),
        ("total_cost", DataType::Float32),
        ("event_date", DataType::Int32),
        ("admitted", DataType::Timestamp(TimeUnit::Second, Some("UTC".into()))),
        ("death", DataType::Int8),
        ("cause", DataType::Decimal128(4, 2)),
        ("hospital_days", DataType::Boolean),
    ];
    let (zh, en) = refused(Input::Claims, &columns, &[]);
    assert_eq!(
        en,
        "the claims: \
         the column `claim_id` is a float (Float64), which is not exact; write text or a whole number; \
         the column `enrollment_id` (Binary) cannot hold a value of type id; write text or a whole number; \
         the column `total_cost` is a float (Float32), which is not exact; write a DECIMAL, a whole number or text; \
         the column `event_date` (Int32) cannot hold a value of type date; \
         write a DATE, a timestamp without time zone or text; \
         the column `admitted` has a time zone (Timestamp(s, \"UTC\")), so its day is not certain; \
         write a DATE, a timestamp without time zone or text; \
         the column `death` (Int8) cannot hold a value of type yes-no; write a BOOLEAN or text; \
         the column `cause` (Decimal128(4, 2)) cannot hold a value of type category; write text or a whole number; \
         the column `hospital_days` (Boolean) cannot hold a value of type days; write a DECIMAL, a whole number or text"
    );
    assert!(zh.starts_with(
        "理赔申请：列 `claim_id` 为浮点数（Float64），不精确；应为文本或整数；列 `enrollment_id`（Binary）"
    ));
}

// ── vocabulary ───────────────────────────────────────────────────────────

#[test]
fn a_code_stands_for_one_value() {
    let vocabulary = shipped();
    let values = ["accident", "illness", "sudden-death"];
    assert_eq!(values.map(|value| vocabulary.code("cause", value)), [1, 2, 3]);
    assert_eq!([1, 2, 3].map(|code| vocabulary.text("cause", code).unwrap()), values);
    assert_eq!((vocabulary.code("cause", "flood"), vocabulary.code("no_fact", "flood")), (0, 0));
    assert_eq!(
        (vocabulary.text("cause", 0), vocabulary.text("cause", 4), vocabulary.text("no_fact", 1)),
        (None, None, None)
    );
    assert_ne!(vocabulary.code("occupation", "truck-driver"), 0);
}

fn own(plan: &str, fact: &str) -> (String, Vec<u8>) {
    let text = format!(
        r#"[plan]
id = "{plan}"
title = {{ zh = "示例计划", en = "Example plan" }}
effective = {{ from = 2025-01-01, by = "coverage_start" }}
rounding = {{ to = "0.01 yuan", mode = "half-up", clause = "Article 9", provenance = "stated" }}
{fact}
[[benefit]]
id = "medical"
title = {{ zh = "住院医疗互助金", en = "hospital aid" }}
when = "given(own)"
gross = "personal_burden"
clause = "Article 5"
provenance = "stated"
"#
    );
    (
        format!("{plan}.toml"),
        text.replace("(own)", if fact.contains("fact.plan") { "(plan)" } else { "(own)" }).into_bytes(),
    )
}

fn vocabulary_of(packs: [(&str, &str); 2]) -> Result<Vocabulary, String> {
    let catalog = Catalog::read(packs.map(|(plan, fact)| own(plan, fact))).unwrap_or_else(|wrong| panic!("{wrong}"));
    Vocabulary::of(&catalog).map_err(|error| {
        assert!(error.is_columns());
        format!("{} | {}", error.message(Language::En), error.message(Language::Zh))
    })
}

fn fact(name: &str, of: &str, kind: &str) -> String {
    format!("[fact.{name}]\nof = \"{of}\"\ntype = \"{kind}\"\ntitle = {{ zh = \"某\", en = \"some\" }}\n")
}

#[test]
fn a_fact_of_two_plans_is_one_fact() {
    let (number, date) = (fact("own", "claim", "number"), fact("own", "claim", "date"));
    assert!(vocabulary_of([("first", &number), ("second", &number)]).is_ok());
    let said = "`own` is one fact in the plan `first` and another in `second`: they differ in `type` or `of`, \
                so one column cannot hold both | 计划 `first` 与 `second` 的自有事实 `own` 类型或归属不同，不能共用一列";
    assert_eq!(vocabulary_of([("first", &number), ("second", &date)]).unwrap_err(), said);
    let of_enrollment = fact("own", "enrollment", "number");
    assert_eq!(vocabulary_of([("first", &number), ("second", &of_enrollment)]).unwrap_err(), said);
}

#[test]
fn a_fact_can_not_take_the_name_of_another_column() {
    let (own, plan) = (fact("own", "claim", "number"), fact("plan", "claim", "number"));
    assert_eq!(
        vocabulary_of([("first", &own), ("second", &plan)]).unwrap_err(),
        "the fact `plan` of the plan `second` cannot be a column: every batch has another column of that name | \
         计划 `second` 的自有事实 `plan` 与批量输入的固有列同名，无法成为一列"
    );
}
