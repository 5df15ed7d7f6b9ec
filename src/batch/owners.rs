//! Whether accounts that are given are those of the members and covers that come with them.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::StringArray;
use arrow_array::cast::AsArray;

use super::Input;
use super::accounts::Posted;
use super::ingest::Entered;
use crate::catalog::Catalog;
use crate::error::{Error, OrBug};
use crate::joint::{Cover, Held};
use crate::text::say;

/// Refuses accounts under a plan that is not in the catalog, of a member who has no enrollment here, or with a claim under somebody else's cover.
///
/// # Errors
/// [`Error::is_history`].
pub(super) fn check(catalog: &Catalog, entered: &Entered, posted: &Posted) -> Result<(), Error> {
    let text = |name: &str| -> Result<&StringArray, Error> {
        entered.enrollments.column_by_name(name).and_then(|column| column.as_string_opt()).or_bug()
    };
    let (ids, members, plans) = (text("enrollment_id")?, text("member_id")?, text("plan")?);
    let known: BTreeSet<&str> = members.iter().flatten().collect();
    let whose = members.iter().flatten().zip(plans.iter().flatten());
    let owners: BTreeMap<&str, (&str, &str)> = ids.iter().flatten().zip(whose).collect();
    // Of an enrollment that was rejected nobody can say whose it is.
    let is_told = !entered.rejects.iter().any(|reject| reject.input == Input::Enrollments);
    for (member, accounts) in posted {
        if is_told && !known.contains(member.as_str()) {
            return Err(Error::history(say!(
                "有会员 `{member}` 的账户，参保记录中却没有这一会员",
                "there are accounts of the member `{member}`, who has none of the enrollments"
            )));
        }
        for held in accounts {
            check_plan(catalog, member, &held.plan)?;
            for cover in covers(held) {
                check_cover(member, &held.plan, &cover, owners.get(cover.as_str()).copied())?;
            }
        }
    }
    Ok(())
}

fn check_plan(catalog: &Catalog, member: &str, plan: &str) -> Result<(), Error> {
    if !catalog.versions(plan).is_empty() {
        return Ok(());
    }
    Err(Error::history(say!(
        "会员 `{member}` 的账户属于计划 `{plan}`，规则包中没有该计划",
        "an account of the member `{member}` is under the plan `{plan}`, which is none of the rules"
    )))
}

/// The enrollments that an account names.
fn covers(held: &Held) -> BTreeSet<String> {
    let posted = held.accumulators.postings().filter_map(|posting| posting.period.enrollment.as_deref());
    let open = held.accumulators.open().filter_map(|(_, open)| open.enrollment.as_deref());
    let of_claims = posted.chain(open).map(str::to_owned);
    of_claims.chain(held.covers().into_iter().filter_map(|Cover { enrollment_id, .. }| enrollment_id)).collect()
}

/// An enrollment that is not given may be an earlier one.
fn check_cover(member: &str, plan: &str, cover: &str, owner: Option<(&str, &str)>) -> Result<(), Error> {
    match owner {
        Some((other, under)) if (other, under) != (member, plan) => Err(Error::history(say!(
            "会员 `{member}` 在计划 `{plan}` 下的账户有参保记录 `{cover}`，而它是会员 `{other}` 在计划 `{under}` 下的",
            "the account of `{member}` under `{plan}` has the enrollment `{cover}`, which is of `{other}` under `{under}`"
        ))),
        Some(_) | None => Ok(()),
    }
}
