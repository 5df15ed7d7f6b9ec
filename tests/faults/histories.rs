//! Earlier claims that are open, and claims that come late.

use super::program::adjudicated;

#[test]
fn a_claim_that_comes_late_says_which_claims_were_decided_without_it() {
    let late = adjudicated("07-late-claim/2-march-comes-later.json");
    let notice = &late["notices"][0];
    assert_eq!(notice["code"], "later-claim-in-history");
    assert_eq!(notice["about"], serde_json::json!(["A"]));
    assert_eq!(notice["holds"], false);
    assert!(adjudicated("07-late-claim/1-june.json")["notices"].is_null());
}
