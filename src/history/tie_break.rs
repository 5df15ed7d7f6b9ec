//! Claims that only their ids put in order: what they would be paid in another.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::turn::InTurn;
use super::{Accounts, pass};
use crate::code::Code;
use crate::error::{Error, unless_bug};
use crate::money;
use crate::notice::{self, Notice};
use crate::text::{Text, say};

/// What claims are paid, by id; nothing of those that cannot be decided, that are reversed, or that reverse another.
type Paid<'a> = BTreeMap<&'a str, Decimal>;

/// So many of the claims that are tied with one are named: thousands of one day would name each other.
const MOST_NAMED: usize = 100;

/// What is said of each of these claims, which follow one another in the declared order and are tied in it: nothing of those that are paid the
/// same in any order. They are decided in the order of their ids, in the opposite one, and each as the first; they are not taken. A claim that is
/// reversed leaves nothing behind, and does not count.
///
/// # Errors
/// [`Error::is_bug`].
pub(super) fn notices(accounts: &mut Accounts<'_>, run: &[InTurn<'_>]) -> Result<Vec<Option<Notice>>, Error> {
    if run.len() < 2 {
        return Ok(vec![None; run.len()]);
    }
    let by_id = paid(accounts, &run.iter().collect::<Vec<_>>())?;
    let claims: Vec<&InTurn<'_>> = run.iter().filter(|(_, _, claim)| by_id.contains_key(claim.id())).collect();
    if claims.len() < 2 {
        return Ok(vec![None; run.len()]);
    }
    let mut others = vec![paid(accounts, &claims.iter().rev().copied().collect::<Vec<_>>())?];
    for claim in &claims {
        others.push(paid(accounts, &[claim])?);
    }
    let notice = |(_, _, claim): &InTurn<'_>| {
        let paid = *by_id.get(claim.id())?;
        let mut other: Vec<Decimal> = others.iter().filter_map(|paid| paid.get(claim.id()).copied()).collect();
        other.retain(|other| *other != paid);
        let (least, most) = (*other.iter().min()?, *other.iter().max()?);
        let tied: Vec<&str> = claims.iter().map(|(_, _, other)| other.id()).filter(|id| *id != claim.id()).collect();
        let text = text(&tied, paid, least, most);
        Some(Notice::new(Code::DecidedById, text).about(tied.into_iter().take(MOST_NAMED)))
    };
    Ok(run.iter().map(notice).collect())
}

fn text(tied: &[&str], paid: Decimal, least: Decimal, most: Decimal) -> Text {
    let Text { zh, en } = notice::named(tied);
    let [paid, low, high] = [paid, least, most].map(money::print);
    if least == most {
        return say!(
            "与 {zh} 的先后只凭编号而定：按此顺序付 {paid} 元，按另一顺序付 {low} 元",
            "only the ids say whether it comes before or after {en}: {paid} yuan are paid in this order, {low} in another"
        );
    }
    say!(
        "与 {zh} 的先后只凭编号而定：按此顺序付 {paid} 元，按其他顺序付 {low} 至 {high} 元",
        "only the ids say whether it comes before or after {en}: {paid} yuan are paid in this order, {low} to {high} in others"
    )
}

/// What these claims are paid one after the other; they are then as if they had not been.
fn paid<'a>(accounts: &mut Accounts<'_>, claims: &[&'a InTurn<'a>]) -> Result<Paid<'a>, Error> {
    accounts.supposing(claims, |accounts| {
        let mut paid = Paid::new();
        for (_, enrollment, claim) in claims {
            let catalog = accounts.catalog();
            let taken = accounts.take(enrollment, claim, |account, room| {
                pass(catalog, enrollment, claim, account, room)?;
                account.come_first(claim.id()); // in this order, whatever its id is
                Ok::<_, Error>(account.paid_for(claim.id())?)
            });
            match (unless_bug(taken)?, claim.reverses()) {
                (Some(amount), None) => paid.insert(claim.id(), amount),
                (Some(_), Some(reversed)) => paid.remove(reversed),
                (None, _) => None,
            };
        }
        Ok(paid)
    })
}
