//! What the library refuses, as an exception of `huzhu.errors`.

use huzhu::{Diagnostics, Error, Language, LoadError, Text};
use pyo3::prelude::*;
use serde_json::{Value as Json, json};

/// What is to be raised, and all that is said of it.
pub(crate) struct Refusal {
    class: &'static str,
    problems: Vec<Json>,
}

impl Refusal {
    fn one(class: &'static str, code: &str, place: &str, message: &Text) -> Refusal {
        Refusal { class, problems: vec![json!({ "code": code, "path": place, "message": message })] }
    }

    /// What is wrong with rule packs.
    pub(crate) fn of_packs(wrong: &Diagnostics) -> Refusal {
        Refusal { class: "PackError", problems: problems(wrong) }
    }

    /// What is wrong with a case.
    pub(crate) fn of_case(wrong: &Diagnostics) -> Refusal {
        Refusal { class: "CaseError", problems: problems(wrong) }
    }

    /// An argument that is none of those that there are.
    pub(crate) fn of_argument(argument: &str, message: &Text) -> Refusal {
        Refusal::one("ArgumentError", "argument", argument, message)
    }

    /// A worked case that no case file can say.
    pub(crate) fn of_unsayable(place: &str, fault: &serde_json::Error) -> Refusal {
        let (zh, en) = (
            format!("算例无法写成理赔文件：{fault}"),
            format!("a worked case cannot be written as a case file: {fault}"),
        );
        Refusal::one("CaseError", "worked-case", place, &Text { zh, en })
    }

    /// A certificate that does not hold, or is none.
    pub(crate) fn of_certificate(place: &str, message: &Text) -> Refusal {
        Refusal::one("CertificateError", "certificate", place, message)
    }
}

/// The problems, each with the lines that it is about.
pub(crate) fn problems(wrong: &Diagnostics) -> Vec<Json> {
    let told = wrong.iter().map(|problem| {
        let mut told = json!(problem);
        if let Some(told) = told.as_object_mut() {
            let [zh, en] = [Language::Zh, Language::En].map(|language| problem.render(language, false));
            told.insert("shown".to_owned(), json!({ "zh": zh, "en": en }));
        }
        told
    });
    told.collect()
}

impl From<LoadError> for Refusal {
    fn from(error: LoadError) -> Refusal {
        let place = match &error {
            LoadError::Rules(wrong) => return Refusal::of_packs(wrong),
            LoadError::Unreadable { path, .. } | LoadError::LeadsNowhere { path } => path.display().to_string(),
            _ => String::new(),
        };
        let why = match &error {
            LoadError::Unreadable { source, .. } => Text::of_the_system(source),
            _ => Text { zh: "链接所指之处没有文件".to_owned(), en: "the link leads nowhere".to_owned() },
        };
        let (zh, en) = (format!("`{place}` 读不出：{}", why.zh), format!("`{place}` cannot be read: {}", why.en));
        Refusal::one("FileError", "unreadable", &place, &Text { zh, en })
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        let kinds: [(bool, &str, &str); 13] = [
            (error.is_fact(), "FactError", "fact"),
            (error.is_plan(), "PlanError", "plan"),
            (error.is_version(), "PlanError", "version"),
            (error.is_history(), "HistoryError", "history"),
            (error.is_arithmetic(), "HistoryError", "arithmetic"),
            (error.is_certificate(), "CertificateError", "certificate"),
            (error.is_columns(), "ColumnsError", "columns"),
            (error.is_input(), "FileError", "input"),
            (error.is_output(), "FileError", "output"),
            (error.is_resume(), "FileError", "resume"),
            (error.is_memory(), "FileError", "memory"),
            (error.is_interrupted(), "FileError", "interrupted"),
            (error.is_bug(), "EngineError", "bug"),
        ];
        let kind = kinds.into_iter().find_map(|(is_so, class, code)| is_so.then_some((class, code)));
        let (class, code) = kind.unwrap_or(("HuzhuError", "other"));
        let [zh, en] = [Language::Zh, Language::En].map(|language| error.message(language).to_owned());
        Refusal::one(class, code, "", &Text { zh, en })
    }
}

impl From<Refusal> for PyErr {
    fn from(Refusal { class, problems }: Refusal) -> PyErr {
        Python::attach(|py| {
            let errors = py.import("huzhu.errors").and_then(|errors| errors.getattr(class));
            let made = errors.and_then(|class| class.call_method1("of_json", (Json::from(problems).to_string(),)));
            made.map_or_else(|fault| fault, PyErr::from_value)
        })
    }
}
