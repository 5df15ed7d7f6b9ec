//! Plans, and one claim decided by them.

use std::path::PathBuf;
use std::sync::OnceLock;

use huzhu::{Case, Certifier, Decision, Language, Order, Plan, Text, money};
use pyo3::prelude::*;
use pyo3_arrow::PyTable;
use pyo3_arrow::input::AnyRecordBatch;
use serde_json::{Value as Json, json};

use crate::audit::{self, Asked};
use crate::refusal::Refusal;
use crate::tables;

/// A folder of rule packs, read and checked.
#[pyclass(frozen, module = "huzhu._huzhu")]
pub(crate) struct Catalog {
    in_order: Order,
    opened: huzhu::Catalog,
    /// The same in the other order, once it was asked for.
    other: OnceLock<huzhu::Catalog>,
}

#[pymethods]
impl Catalog {
    /// Loads every pack of a folder.
    #[staticmethod]
    fn open(py: Python<'_>, folder: PathBuf, order: &str) -> PyResult<Catalog> {
        let in_order = order_named(order)?;
        let opened = py.detach(|| huzhu::Catalog::load(&folder)).map_err(Refusal::from)?;
        Ok(Catalog { in_order, opened: opened.in_order(in_order), other: OnceLock::new() })
    }

    /// Every version of every plan, as JSON.
    fn plans(&self) -> String {
        Json::from(self.opened.plans().map(described).collect::<Vec<_>>()).to_string()
    }

    /// The id of the plan that is called so, by its id or a title.
    fn plan_called(&self, called: &str) -> PyResult<String> {
        if let Some(id) = self.opened.plan_called(called) {
            return Ok(id.to_owned());
        }
        let none = huzhu::Enrollment::new("", called, "");
        Ok(self.opened.resolve(&none, &huzhu::Claim::new("")).map_err(Refusal::from)?.id().to_owned())
    }

    /// The digest of the program that certificates of a version hold.
    fn program_digest(&self, py: Python<'_>, plan: &str, version: &str) -> Option<String> {
        let plan = self.opened.versions(plan).iter().find(|known| known.version() == version)?;
        Some(py.detach(|| plan.program().digest().to_owned()))
    }

    /// Decides a case, given as a case file: what `huzhu adjudicate --format json` prints, in Chinese and in English.
    fn adjudicate(&self, py: Python<'_>, case: &str, order: Option<&str>) -> PyResult<(String, String)> {
        let catalog = self.ordered(order)?;
        let decided = py.detach(|| -> Result<(String, String), Refusal> {
            let worked = read(case, catalog)?.worked(catalog)?;
            let [zh, en] = [Language::Zh, Language::En].map(|language| json!(worked.explain(language)).to_string());
            Ok((zh, en))
        });
        Ok(decided?)
    }

    /// Certifies a case: the certificate as text, and its digest.
    fn certify(&self, py: Python<'_>, case: &str) -> PyResult<(String, String)> {
        let certified = py.detach(|| -> Result<(String, String), Refusal> {
            let certificate = Certifier::new(&self.opened).certify(&read(case, &self.opened)?)?;
            Ok((certificate.to_text(), certificate.digest()))
        });
        Ok(certified?)
    }

    /// What a case is paid for every value of a fact, as JSON with a drawing in each language.
    fn curve(&self, py: Python<'_>, case: &str, fact: &str) -> PyResult<String> {
        let drawn = py.detach(|| -> Result<Json, Refusal> {
            let (curve, left) = read(case, &self.opened)?.curve(&self.opened, fact)?;
            let in_both = |said: fn(&huzhu::Curve, Language) -> String| {
                let [zh, en] = [Language::Zh, Language::En].map(|language| said(&curve, language));
                Text { zh, en }
            };
            let [zh, en] = [Language::Zh, Language::En].map(|language| curve.to_svg(left, language));
            let pieces = curve.pieces.iter().map(|piece| {
                let turns = piece.because.iter().map(|turn| json!({ "text": turn.text, "clause": turn.clause }));
                json!({
                    "from": piece.from.to_string(),
                    "to": piece.to.to_string(),
                    "decision": piece.decision.name(),
                    "payable_from": money::print(piece.payable_from),
                    "payable_to": money::print(piece.payable_to),
                    "because": turns.collect::<Vec<_>>(),
                })
            });
            Ok(json!({
                "claim": curve.claim,
                "plan": curve.plan,
                "fact": curve.fact,
                "title": curve.title,
                "kind": curve.kind.name(),
                "unit": in_both(|curve, language| curve.unit(language).to_owned()),
                "now": curve.now.map(|now| now.to_string()),
                "payable_now": curve.payable_now.map(money::print),
                "joint_limits_leave": left.map(money::print),
                "pieces": pieces.collect::<Vec<_>>(),
                "svg": Text { zh, en },
            }))
        });
        Ok(drawn?.to_string())
    }

    /// Recomputes recorded payouts, from files (claims, enrollments, recorded payouts) to the last of the files; what came of it, as JSON.
    #[expect(clippy::too_many_arguments, reason = "the Python half names them")]
    fn audit(
        &self,
        py: Python<'_>,
        files: [PathBuf; 4],
        in_fen: bool,
        ignore_columns: Vec<String>,
        report: Option<PathBuf>,
        in_chinese: bool,
        force: bool,
    ) -> PyResult<String> {
        let language = if in_chinese { Language::Zh } else { Language::En };
        audit::run(py, &self.opened, &Asked { files, in_fen, ignore_columns, report, language, force })
    }

    /// Decides many claims: payouts, lines, rejects and, where postings were given, those after it; and as JSON what was seen of rows that were taken.
    fn decide(
        &self,
        py: Python<'_>,
        claims: AnyRecordBatch,
        enrollments: AnyRecordBatch,
        postings: Option<AnyRecordBatch>,
        order: Option<&str>,
    ) -> PyResult<(PyTable, PyTable, PyTable, Option<PyTable>, String)> {
        let catalog = self.ordered(order)?;
        let [claims, enrollments] =
            [("claims", claims), ("enrollments", enrollments)].map(|(name, table)| tables::whole(name, table));
        let (claims, enrollments) = (claims?, enrollments?);
        let postings = postings.map(|table| tables::whole("postings", table)).transpose()?;
        let decided = py.detach(|| tables::decide(catalog, &claims, &enrollments, postings.as_ref()));
        tables::given_out(decided.map_err(Refusal::from)?)
    }
}

impl Catalog {
    /// The same packs with claims in another order, if another one is asked for.
    fn ordered(&self, order: Option<&str>) -> PyResult<&huzhu::Catalog> {
        match order.map(order_named).transpose()? {
            Some(order) if order != self.in_order => Ok(self.other.get_or_init(|| self.opened.clone().in_order(order))),
            Some(_) | None => Ok(&self.opened),
        }
    }
}

fn order_named(name: &str) -> PyResult<Order> {
    name.parse().map_err(|_| {
        let [zh, en] = ["；可写 `by-event` 或 `as-received`", "; it is `by-event` or `as-received`"];
        let text =
            Text { zh: format!("先后不能写作 `{name}`{zh}"), en: format!("there is no order `{name}`{en}") };
        Refusal::of_argument("order", &text).into()
    })
}

fn read(case: &str, catalog: &huzhu::Catalog) -> Result<Case, Refusal> {
    Case::read("case", case.as_bytes(), catalog).map_err(|wrong| Refusal::of_case(&wrong))
}

/// A version of a plan.
pub(crate) fn described(plan: &Plan) -> Json {
    json!({
        "id": plan.id(),
        "version": plan.version(),
        "title": plan.title(),
        "effective": plan.effective(),
        "fingerprint": plan.fingerprint(),
        "benefits": plan.benefit_ids().collect::<Vec<_>>(),
        "promises": plan.promises(),
    })
}

/// What the decisions are called, as JSON by name.
#[pyfunction]
pub(crate) fn decisions() -> String {
    let titled = Decision::ALL.map(|decision| {
        let [zh, en] = [Language::Zh, Language::En].map(|language| decision.title(language).to_owned());
        (decision.name().to_owned(), json!({ "zh": zh, "en": en }))
    });
    Json::Object(titled.into_iter().collect()).to_string()
}
