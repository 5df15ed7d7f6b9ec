//! The amounts of a bill, and which of them cannot stand together.
//!
//! No amount is below nothing. So a whole whose parts are all told is their sum; a whole of which a part is not told is no less
//! than the others. What is not told is not known, but for the hospital's part, what others paid and the fund of the disabled,
//! which were none.

use super::exact::{Exact, nothing};
use super::facts::Facts;

const FUNDS: [&str; 7] = ["hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay"];
const SCOPE: [&str; 4] = ["inscp_scp_amt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"];
const PAYMENTS: [&str; 3] = ["acct_pay", "psn_cash_pay", "acct_mulaid_pay"];

/// The codes of all that the amounts contradict.
pub(crate) fn contradictions(facts: &Facts) -> Vec<&'static str> {
    let amounts = Amounts(facts);
    let sums = [
        ("settlement-scope", amounts.bill(), amounts.sum(&SCOPE)),
        ("settlement-funds", amounts.funds(), amounts.sum_of_funds()),
        ("settlement-payments", amounts.person(), amounts.sum(&PAYMENTS)),
        ("settlement-burden", amounts.bill().filter(|_| amounts.tells_the_person()), amounts.sum_by_payer()),
    ];
    let mut found: Vec<&'static str> = Vec::new();
    for (code, whole, sum) in sums {
        if whole.zip(sum).is_some_and(|(whole, sum)| whole != sum) {
            found.push(code);
        }
    }
    if above(amounts.least_of_funds(), amounts.bill()) {
        found.push("fund-above-total");
    }
    if amounts.part_above_its_whole() {
        found.push("part-above-whole");
    }
    found
}

struct Amounts<'facts>(&'facts Facts);

impl Amounts<'_> {
    fn part_above_its_whole(&self) -> bool {
        self.known_parts_above_the_whole() || self.of_the_record() || self.of_the_person()
    }

    /// A sum with a part that is not told.
    fn known_parts_above_the_whole(&self) -> bool {
        let open = |sum: Option<Exact>, whole: Option<Exact>| whole.filter(|_| sum.is_none());
        let by_payer = self.least_of_funds() + self.least_of_the_person() + self.hospital();
        above(self.least(&SCOPE), open(self.sum(&SCOPE), self.bill()))
            || above(self.least(&FUNDS) + self.or_none("hifdm_pay"), open(self.sum_of_funds(), self.funds()))
            || above(self.least(&PAYMENTS), open(self.sum(&PAYMENTS), self.person()))
            || (self.tells_the_person() && above(by_payer, open(self.sum_by_payer(), self.bill())))
    }

    /// What is paid first, wholly self-funded, within scope and deducted are parts of the bill.
    fn of_the_record(&self) -> bool {
        let beside = self.or_none("inscp_scp_amt") + self.or_none("preselfpay_amt");
        let own = self.facts("self_funded").map(|own| own + beside);
        above(self.or_none("act_pay_dedc"), self.bill()) || own.is_some_and(|own| above(own, self.bill()))
    }

    /// What the member bears, in all or within the pool, is a part of the bill beside what others pay and what is out of the pool.
    fn of_the_person(&self) -> bool {
        let (funds, hospital, others) = (self.least_of_funds(), self.hospital(), self.or_none("other_paid"));
        let bears = self.facts("personal_burden");
        let some_burden = bears
            .clone()
            .filter(|bears| *bears > nothing())
            .filter(|_| self.funds().is_none() && self.person().is_none());
        let in_pool = self.facts("in_pool_burden").filter(|in_pool| *in_pool > nothing());
        let follows = self.facts("inscp_scp_amt").zip(self.facts("fund_pay_sumamt")).is_some();

        let of_the_bill = some_burden.is_some_and(|burden| above(burden + &funds + &others + &hospital, self.bill()));
        let of_the_burden = bears.filter(|_| self.person().is_none()).map(|bears| bears + others);
        let Some(in_pool) = in_pool else {
            return of_the_bill || above(self.least(&PAYMENTS), of_the_burden);
        };
        let outside = self.outside_the_pool();
        let of_the_scope = self.facts("inscp_scp_amt").filter(|_| self.facts("fund_pay_sumamt").is_none());
        let all_of_the_person = self.person().filter(|_| self.bill().zip(self.funds()).is_none());
        of_the_bill
            || above(self.least(&PAYMENTS), of_the_burden)
            || above(&in_pool + &funds, of_the_scope)
            || (!follows && above(&in_pool + &funds + &outside, self.bill()))
            || above(in_pool + outside, all_of_the_person.map(|person| person + hospital))
    }

    fn outside_the_pool(&self) -> Exact {
        let wholly = self.least(&["fulamt_ownpay_amt", "overlmt_selfpay"]);
        let self_funded = self.facts("self_funded").unwrap_or_else(|| self.or_none("fulamt_ownpay_amt"));
        self_funded.max(wholly) + self.or_none("preselfpay_amt")
    }

    fn facts(&self, name: &str) -> Option<Exact> {
        self.0.money(name)
    }

    fn or_none(&self, name: &str) -> Exact {
        self.facts(name).unwrap_or_else(nothing)
    }

    fn bill(&self) -> Option<Exact> {
        self.facts("total_cost").or_else(|| self.facts("medfee_sumamt"))
    }

    fn funds(&self) -> Option<Exact> {
        self.facts("fund_paid").or_else(|| self.facts("fund_pay_sumamt"))
    }

    fn person(&self) -> Option<Exact> {
        self.facts("psn_part_amt")
    }

    fn hospital(&self) -> Exact {
        self.or_none("hosp_part_amt")
    }

    fn tells_the_person(&self) -> bool {
        ["psn_part_amt", "hosp_part_amt"].iter().chain(&PAYMENTS).any(|name| self.0.given(name))
    }

    fn sum_of_funds(&self) -> Option<Exact> {
        Some(self.sum(&FUNDS)? + self.or_none("hifdm_pay"))
    }

    fn sum_by_payer(&self) -> Option<Exact> {
        let funds = self.funds().or_else(|| self.sum_of_funds())?;
        let person = self.person().or_else(|| self.sum(&PAYMENTS))?;
        Some(funds + person + self.hospital())
    }

    fn least_of_funds(&self) -> Exact {
        self.funds().unwrap_or_else(|| self.least(&FUNDS) + self.or_none("hifdm_pay"))
    }

    fn least_of_the_person(&self) -> Exact {
        self.person().unwrap_or_else(|| self.least(&PAYMENTS))
    }

    /// What amounts come to, if all are told.
    fn sum(&self, names: &[&str]) -> Option<Exact> {
        names.iter().map(|name| self.facts(name)).sum()
    }

    /// What they come to at least.
    fn least(&self, names: &[&str]) -> Exact {
        names.iter().filter_map(|name| self.facts(name)).sum()
    }
}

fn above(part: Exact, whole: Option<Exact>) -> bool {
    whole.is_some_and(|whole| part > whole)
}
