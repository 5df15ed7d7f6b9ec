//! How the fields of a settlement record become facts of a claim: a file that a person can edit, each line with its source.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{Broken, Content, canonical};
use crate::code::Code;
use crate::diagnostic::{Diagnostics, Findings, did_you_mean};
use crate::document::{self, Form, Node, Notation};
use crate::fact::{Holder, StandardFact};
use crate::plan::Provenance;
use crate::text::{Text, say};

/// Which field has the member, which kinds of care are decided, and which facts other fields are.
///
/// ```
/// use huzhu::settle::Mapping;
///
/// assert_eq!(Mapping::shipped().member(), "psn_no");
/// let own = Mapping::SHIPPED.replace("psn_no", "member_no");
/// assert_eq!(Mapping::read("own.toml", own.as_bytes())?.member(), "member_no");
/// assert!(Mapping::read("own.toml", b"memeber = \"psn_no\"").is_err());
/// # Ok::<(), huzhu::Diagnostics>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    member: String,
    leave_out: BTreeSet<String>,
    care: Option<Care>,
    facts: Vec<Mapped>,
}

/// The kinds of care that are decided.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Care {
    field: String,
    decided: BTreeSet<String>,
}

/// A field that is a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mapped {
    name: String,
    field: String,
    /// The value of the fact by that of the field; the same where there are none.
    values: Option<BTreeMap<String, String>>,
}

impl Mapping {
    /// The text of the shipped one, to be edited.
    pub const SHIPPED: &'static str = include_str!("mapping.toml");

    /// The shipped one.
    #[must_use]
    pub fn shipped() -> Mapping {
        Mapping::read("mapping.toml", Mapping::SHIPPED.as_bytes()).unwrap_or_else(|_| Mapping::plain())
    }

    /// One that maps nothing, which a shipped text that cannot be read would come to; a test reads it.
    fn plain() -> Mapping {
        Mapping { member: "psn_no".to_owned(), leave_out: BTreeSet::new(), care: None, facts: Vec::new() }
    }

    /// Reads a mapping, as TOML. The path is for messages only.
    ///
    /// # Errors
    /// All that is wrong with it, in the order of the text.
    pub fn read(path: &str, bytes: &[u8]) -> Result<Mapping, Diagnostics> {
        let (root, findings) = document::read(path, bytes, Notation::Toml, document::MAX_PACK_BYTES)?;
        if !findings.is_readable() {
            return Err(findings.into_diagnostics());
        }
        let mut reader = Reader { findings };
        let mapping = reader.mapping(&root);
        if reader.findings.is_empty() { Ok(mapping) } else { Err(reader.findings.into_diagnostics()) }
    }

    /// The field that has the member's id.
    #[must_use]
    pub fn member(&self) -> &str {
        &self.member
    }

    /// Whether a field is not kept.
    pub(super) fn leaves_out(&self, field: &str) -> bool {
        self.leave_out.contains(field)
    }

    /// The kind of care of a record that is not decided, and the field that says it.
    pub(super) fn other_care<'c>(&'c self, content: &'c Content) -> Option<(&'c str, &'c str)> {
        let care = self.care.as_ref()?;
        let kind = content.get(&care.field).filter(|kind| !care.decided.contains(*kind))?;
        Some((&care.field, kind))
    }

    /// The facts of a claim: the standard fields of the record, and what others say by the mapping.
    pub(super) fn facts(&self, content: &Content) -> Result<Content, Broken> {
        let is_standard = |name: &str| StandardFact::named(name).is_some_and(|fact| fact.holder == Holder::Claim);
        let standard = content.iter().filter(|(name, _)| is_standard(name));
        let mut facts: Content = standard.map(|(name, value)| (name.clone(), value.clone())).collect();
        for Mapped { name, field, values } in &self.facts {
            let Some(given) = content.get(field) else { continue };
            let said = values.as_ref().map_or(Some(given), |values| values.get(given));
            let Some(said) = said else { continue };
            let said = canonical(name, said)?;
            if let Some(before) = facts.insert(name.clone(), said.clone()).filter(|before| *before != said) {
                let why = say!(
                    "`{name}` 一处说是 `{before}`，`{field}` 却说是 `{said}`",
                    "`{name}` is `{before}` elsewhere in the record, and `{said}` by `{field}`"
                );
                return Err(Broken { field: field.clone(), value: given.clone(), why });
            }
        }
        Ok(facts)
    }
}

struct Reader {
    findings: Findings,
}

impl Reader {
    fn mapping(&mut self, root: &Node) -> Mapping {
        self.check_keys(root, &["member", "leave_out", "care", "fact"]);
        let facts = root.get("fact").map(Node::items).unwrap_or_default();
        Mapping {
            member: self.text(root, "member"),
            leave_out: root.get("leave_out").map(|list| self.texts(list)).unwrap_or_default(),
            care: root.get("care").map(|care| self.care(care)),
            facts: facts.iter().map(|fact| self.fact(fact)).collect(),
        }
    }

    fn care(&mut self, node: &Node) -> Care {
        self.check_keys(node, &["field", "decided", "provenance", "source"]);
        self.check_provenance(node);
        let decided = match node.get("decided") {
            Some(list) => self.texts(list),
            None => {
                self.missing(node, "decided");
                BTreeSet::new()
            }
        };
        Care { field: self.text(node, "field"), decided }
    }

    fn fact(&mut self, node: &Node) -> Mapped {
        self.check_keys(node, &["name", "field", "values", "provenance", "source"]);
        self.check_provenance(node);
        let values = node
            .get("values")
            .map(|values| values.entries().iter().map(|entry| (entry.key.clone(), self.said(&entry.node))).collect());
        self.check_holder(node);
        Mapped { name: self.text(node, "name"), field: self.text(node, "field"), values }
    }

    /// What the enrollment says, no settlement says.
    fn check_holder(&mut self, node: &Node) {
        let Some(name) = node.get("name") else { return };
        let fact = name.text().and_then(|name| StandardFact::named(name.trim()));
        if let Some(StandardFact { name: called, holder: Holder::Enrollment, .. }) = fact {
            let message = say!("`{called}` 是参保记录的事实", "`{called}` is a fact of the enrollment");
            self.findings.report(Code::WrongHolder, &name.span, message);
        }
    }

    fn check_provenance(&mut self, node: &Node) {
        let said = self.text(node, "provenance");
        if !said.is_empty() && serde_json::from_value::<Provenance>(said.as_str().into()).is_err() {
            let span = node.get("provenance").map(|node| node.span.clone()).unwrap_or_default();
            let message = say!(
                "没有出处类别 `{said}`；可为 `stated`、`published` 或 `assumed`",
                "no provenance is named `{said}`; it can be `stated`, `published` or `assumed`"
            );
            self.findings.report(Code::BadValue, &span, message);
        }
        let _is_told_where_it_is_missing = self.text(node, "source");
    }

    fn check_keys(&mut self, node: &Node, known: &[&str]) {
        for entry in node.entries().iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let key = &entry.key;
            let message = say!("未知的键 `{key}`", "no key is named `{key}` here");
            let help = did_you_mean(key, known.iter().copied());
            self.findings.report(Code::UnknownKey, &entry.key_span, message).help_with(help);
        }
    }

    fn text(&mut self, node: &Node, key: &str) -> String {
        match node.get(key) {
            Some(value) => self.said(value),
            None => {
                self.missing(node, key);
                String::new()
            }
        }
    }

    fn missing(&mut self, node: &Node, key: &str) {
        let span = node.span.start..node.span.start.saturating_add(1);
        self.findings.report(Code::MissingKey, &span, say!("缺少 `{key}`", "`{key}` is missing"));
    }

    fn texts(&mut self, list: &Node) -> BTreeSet<String> {
        if !matches!(list.form, Form::List(_)) {
            self.not_a_text(list, say!("应为文本的列表", "this is a list of texts"));
        }
        list.items().iter().map(|item| self.said(item)).collect()
    }

    fn said(&mut self, node: &Node) -> String {
        match node.text() {
            Some(text) if !text.trim().is_empty() => text.trim().to_owned(),
            Some(_) | None => {
                self.not_a_text(node, say!("应为非空文本", "this is a text that is not empty"));
                String::new()
            }
        }
    }

    fn not_a_text(&mut self, node: &Node, message: Text) {
        self.findings.report(Code::WrongType, &node.span, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_text_can_be_read() {
        let read = Mapping::read("mapping.toml", Mapping::SHIPPED.as_bytes());
        assert_eq!(read.as_ref().map(|mapping| mapping.facts.len()), Ok(5));
        assert_eq!(Ok(Mapping::shipped()), read);
    }

    #[test]
    fn a_mapping_says_all_that_is_wrong_with_it() {
        let text = "leave_out = \"psn_name\"\n[care]\nfeld = \"med_type\"\nprovenance = \"guessed\"\nsource = \"\"\n\
                    [[fact]]\nname = \"insured_as\"\nfield = \"insutype\"\nprovenance = \"stated\"\nsource = \"x\"\n";
        let wrong = Mapping::read("own.toml", text.as_bytes()).unwrap_err();
        let mut said: Vec<&str> = wrong.iter().map(|wrong| wrong.message(crate::Language::En)).collect();
        said.sort_unstable();
        assert_eq!(
            said,
            [
                "`decided` is missing",
                "`field` is missing",
                "`insured_as` is a fact of the enrollment",
                "`member` is missing",
                "no key is named `feld` here",
                "no provenance is named `guessed`; it can be `stated`, `published` or `assumed`",
                "this is a list of texts",
                "this is a text that is not empty",
            ]
        );
    }
}
