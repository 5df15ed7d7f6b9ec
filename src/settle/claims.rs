//! The claims of members, from what is kept of their settlements and covers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use huzhu_ledger::Kept;

use super::book::Writing;
use super::covers::Cover;
use super::mapping::Mapping;
use super::missed::{Missed, Want};
use super::record::{self, Content, JOINT, unmatched};
use super::results::Results;
use super::set_aside::{SetAside, Why};
use super::{COVER, REFUNDED, SETTLEMENT, Taken};
use crate::code::Code;
use crate::error::{Error, OrBug};

/// The claims of some members, and their enrollments, as rows.
pub(super) struct Claims {
    pub(super) rows: Vec<Content>,
    pub(super) enrollments: Vec<Content>,
    /// Members, and settlements of theirs that are not decided any more, if they ever were: one that decides in their place has come.
    pub(super) replaced: Vec<(String, String)>,
}

/// The number that the sender gave its message, and the hospital that sent it.
const MESSAGE: &str = "medins_setl_id";
const SENDER: &str = "fixmedins_code";

/// What stands for what a record says.
fn digest_of(content: &Content) -> String {
    let texts = content.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    huzhu_ledger::digest(&texts.collect::<Vec<_>>())
}

/// A claim's id, and what it is made of.
pub(super) fn id_of(settlement: &str, enrollment: &str) -> String {
    format!("{settlement}{JOINT}{enrollment}")
}

/// The settlement that a claim is of.
pub(super) fn settlement_of(claim: &str) -> &str {
    claim.split_once(JOINT).map_or(claim, |(settlement, _)| settlement)
}

pub(super) fn of(
    members: &[&str],
    mapping: &Mapping,
    taken: &Taken,
    book: &Writing<'_>,
    results: &mut Results,
) -> Result<Claims, Error> {
    let mut all = Claims { rows: Vec::new(), enrollments: Vec::new(), replaced: Vec::new() };
    for member in members {
        let covers: Vec<Cover> = book.of_owner(COVER, member)?.into_iter().map(Cover::of).collect::<Result<_, _>>()?;
        let mut member = Member { mapping, taken, book, results, refunded: BTreeSet::new(), name: member };
        let settlements = member.settlements()?;
        let repeated = member.repeated(&settlements);
        all.replaced.extend(repeated.keys().map(|id| (member.name.to_owned(), id.clone())));
        for (id, content) in settlements {
            if let Some(why) = repeated.get(&id) {
                member.set_aside(&id, why.clone());
                continue;
            }
            member.claim(&id, content, &covers, &mut all.rows);
        }
        all.enrollments.extend(covers.into_iter().map(|cover| cover.content));
    }
    Ok(all)
}

/// A member while the claims are made.
struct Member<'m> {
    mapping: &'m Mapping,
    taken: &'m Taken,
    book: &'m Writing<'m>,
    results: &'m mut Results,
    /// The settlements that were taken back.
    refunded: BTreeSet<String>,
    name: &'m str,
}

impl Member<'_> {
    /// The settlements that are no refunds, and what refunds make of them.
    fn settlements(&mut self) -> Result<Vec<(String, Content)>, Error> {
        let flagged = self.book.of_owner(REFUNDED, self.name)?;
        self.refunded.extend(flagged.into_iter().map(|kept| kept.id));
        let mut settlements = Vec::new();
        for kept in self.book.of_owner(SETTLEMENT, self.name)? {
            match &kept.undoes {
                Some(of) => self.refund(&kept, of)?,
                None => settlements.push((kept.id, record::kept(&kept.content)?)),
            }
        }
        Ok(settlements)
    }

    /// Settlements that were sent under one message number, but for the first of them. A network that is slow makes two of one; of what is refunded the other stands.
    fn repeated(&self, settlements: &[(String, Content)]) -> BTreeMap<String, Why> {
        type Sent<'s> = (Option<&'s String>, &'s String, &'s Content);
        let mut by_message: BTreeMap<(Option<&String>, &String), Vec<Sent<'_>>> = BTreeMap::new();
        for (id, content) in settlements.iter().filter(|(id, _)| !self.refunded.contains(id)) {
            let Some(message) = content.get(MESSAGE) else { continue };
            let sent = (content.get("setl_time"), id, content);
            by_message.entry((content.get(SENDER), message)).or_default().push(sent);
        }
        let mut repeated = BTreeMap::new();
        for mut sent in by_message.into_values() {
            sent.sort_by_key(|(time, id, _)| (*time, *id));
            let mut sent = sent.into_iter();
            let Some((_, of, first)) = sent.next() else { continue };
            for (_, id, content) in sent {
                let of = of.clone();
                let why = if content == first {
                    Why::Repeated { of }
                } else {
                    Why::SentOtherwise { of, kept: digest_of(first), came: digest_of(content) }
                };
                repeated.insert(id.clone(), why);
            }
        }
        repeated
    }

    /// A refund takes the settlement back that it names, if it is of the same member and the amounts are the same.
    fn refund(&mut self, refund: &Kept, of: &str) -> Result<(), Error> {
        let of = of.to_owned();
        let why = match self.book.kept(SETTLEMENT, &of)? {
            None => Why::RefundOfUnknown { of },
            Some(kept) if kept.undoes.is_some() => Why::RefundOfRefund { of },
            Some(kept) if kept.owner != self.name => Why::RefundOfAnother { of },
            Some(kept) => {
                let (own, back) = (record::kept(&kept.content)?, record::kept(&refund.content)?);
                match unmatched(&own, &back) {
                    None => {
                        self.refunded.insert(of);
                        return Ok(());
                    }
                    Some((field, paid, back)) => {
                        Why::RefundDiffers { field: field.to_owned(), of, paid: paid.to_owned(), back: back.to_owned() }
                    }
                }
            }
        };
        self.set_aside(&refund.id, why);
        Ok(())
    }

    /// A claim for each cover on the day.
    fn claim(&mut self, id: &str, content: Content, covers: &[Cover], claims: &mut Vec<Content>) {
        if let Some((field, kind)) = self.mapping.other_care(&content) {
            return self.set_aside(id, Why::OtherCare { field: field.to_owned(), kind: kind.to_owned() });
        }
        let mut facts = match self.mapping.facts(&content) {
            Ok(facts) => facts,
            Err(broken) => return self.set_aside(id, Why::Broken(broken)),
        };
        let Some(day) = facts.get("event_date").cloned() else {
            return self.set_aside(id, Why::NoDay);
        };
        facts.insert("setl_id".to_owned(), id.to_owned());
        if self.refunded.contains(id) {
            facts.insert("refd_setl_flag".to_owned(), "1".to_owned());
        }
        let mut is_covered = false;
        for cover in covers.iter().filter(|cover| cover.covers(&day)) {
            is_covered = true;
            let mut claim = facts.clone();
            claim.insert("claim_id".to_owned(), id_of(id, &cover.id));
            claim.insert("enrollment_id".to_owned(), cover.id.clone());
            claims.push(claim);
        }
        if !is_covered {
            self.miss(id, &day);
            self.set_aside(id, Why::NoCover { day, covers: covers.len() });
        }
    }

    fn miss(&mut self, id: &str, day: &str) {
        if !self.taken.places.contains_key(id) || self.refunded.contains(id) {
            return;
        }
        self.results.missed(Missed {
            member: self.name.to_owned(),
            settlement: id.to_owned(),
            claim: String::new(),
            plan: String::new(),
            day: day.to_owned(),
            want: Want::Cover,
            due: None,
            reasons: Code::NoCover.name().to_owned(),
            details: String::new(),
        });
    }

    /// What stands in no file of the feed was told when it came.
    fn set_aside(&mut self, id: &str, why: Why) {
        if let Some(place) = self.taken.places.get(id) {
            self.results.set_aside(SetAside::of(place.clone(), id, why));
        }
    }
}

/// Rows as columns of text; what a row does not say is null.
pub(super) fn columns(rows: &[Content]) -> Result<RecordBatch, Error> {
    let names: BTreeSet<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    let column = |name: &&String| -> ArrayRef {
        Arc::new(rows.iter().map(|row| row.get(*name).map(String::as_str)).collect::<StringArray>())
    };
    let fields: Vec<Field> = names.iter().map(|name| Field::new(name.as_str(), DataType::Utf8, true)).collect();
    let columns = names.iter().map(column).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).ok().or_bug()
}
