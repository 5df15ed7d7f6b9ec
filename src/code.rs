//! The stable codes of diagnostics and reasons, each with its page.

use std::fmt;

use crate::text::Language;

macro_rules! codes {
    ($($kind:ident { $($variant:ident $name:literal,)* })*) => {
        /// What kind of problem a diagnostic, or what kind of answer a reason is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = concat!("`", $name, "`: see its [page](Code::page).")] $variant,)*)*
        }

        impl Code {
            /// Every code, in the order of the list.
            pub const ALL: &'static [Code] = &[$($(Code::$variant,)*)*];

            /// The code as it is printed: lower case, with hyphens.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $($(Code::$variant => $name,)*)*
                }
            }

            /// What the code is of.
            #[must_use]
            pub fn kind(self) -> CodeKind {
                match self {
                    $($(Code::$variant)|* => CodeKind::$kind,)*
                }
            }

            /// The page that explains the code, in Markdown.
            #[must_use]
            pub fn page(self, language: Language) -> &'static str {
                let both = match self {
                    $($(Code::$variant => include_str!(concat!("docs/codes/", $name, ".md")),)*)*
                };
                page_in(both, language)
            }
        }
    };
}

/// What a [`Code`] is of. Each stands in the group of its kind, so that none is of a kind by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodeKind {
    /// A mistake in a file: a pack, its cases, a case.
    Mistake,
    /// Why a claim is not paid, or waits.
    Reason,
    /// What is said of a claim beside its decision.
    Notice,
    /// What is seen of rows that are read all the same.
    Row,
    /// Why a settlement record is not decided.
    Record,
    /// What explains a difference that an audit finds.
    Cause,
}

codes! {
    Mistake {
        // a file that cannot be read
        NotText "not-text",
        NotUtf8 "not-utf8",
        TooLarge "too-large",
        TooDeep "too-deep",
        TooMany "too-many",
        Syntax "syntax",
        NumberTooLong "number-too-long",
        DuplicateKey "duplicate-key",
        // the shape of a file
        UnknownKey "unknown-key",
        MissingKey "missing-key",
        MissingClause "missing-clause",
        MissingProvenance "missing-provenance",
        WrongType "wrong-type",
        BadValue "bad-value",
        BadName "bad-name",
        DuplicateName "duplicate-name",
        // expressions
        ExpressionSyntax "expression-syntax",
        ExpressionTooLong "expression-too-long",
        UnknownName "unknown-name",
        UnitMismatch "unit-mismatch",
        TypeMismatch "type-mismatch",
        BareFigure "bare-figure",
        UnknownCategoryValue "unknown-category-value",
        UnguardedFact "unguarded-fact",
        StandsAfter "stands-after",
        CircularValue "circular-value",
        // tables and bands
        TableNotTotal "table-not-total",
        TableKey "table-key",
        BandsOutOfOrder "bands-out-of-order",
        BandsGap "bands-gap",
        BandsOpenEnd "bands-open-end",
        // steps
        StepForm "step-form",
        AdditionAfterLimit "addition-after-limit",
        LimitFinerThanRounding "limit-finer-than-rounding",
        TwoAccumulatedDeductibles "two-accumulated-deductibles",
        // enrolling
        RestUnpaid "rest-unpaid",
        PayerAfterRest "payer-after-rest",
        ClaimFactInEnrollment "claim-fact-in-enrollment",
        // what is never used or never matters
        Unused "unused",
        AlwaysMet "always-met",
        NeverMet "never-met",
        // numbers
        Inexact "inexact",
        NotWhole "not-whole",
        FinerThanMoney "finer-than-money",
        MayBeNegative "may-be-negative",
        RateOutOfRange "rate-out-of-range",
        // promises
        PromiseBroken "promise-broken",
        PromiseUnproven "promise-unproven",
        // versions and plans
        EffectiveReversed "effective-reversed",
        VersionGap "version-gap",
        VersionOverlap "version-overlap",
        DuplicateVersion "duplicate-version",
        UnknownPlan "unknown-plan",
        JointOrder "joint-order",
        OrderDiffers "order-differs",
        UnknownVersion "unknown-version",
        // cases
        UnknownFact "unknown-fact",
        BadFact "bad-fact",
        WrongHolder "wrong-holder",
        DuplicateClaim "duplicate-claim",
        OtherCover "other-cover",
        UnknownClaim "unknown-claim",
        CaseFailed "case-failed",
    }
    Reason {
        MissingFact "missing-fact",
        NoBenefitApplies "no-benefit-applies",
        NothingClaimed "nothing-claimed",
        WaitingPeriod "waiting-period",
        LimitReached "limit-reached",
        DeductibleNotMet "deductible-not-met",
        OffsetByOthers "offset-by-others",
        ExcludedByOthers "excluded-by-others",
        FranchiseNotMet "franchise-not-met",
        RateIsZero "rate-is-zero",
        RoundedToNothing "rounded-to-nothing",
        TooManyShares "too-many-shares",
        SettlementRefunded "settlement-refunded",
        SettlementInvalid "settlement-invalid",
        FactContradicts "fact-contradicts",
        CoverDates "cover-dates",
        PreviousCover "previous-cover",
        StayDates "stay-dates",
        EventAfterStay "event-after-stay",
        BirthAfterEvent "birth-after-event",
        ReportBeforeEvent "report-before-event",
        PartAboveWhole "part-above-whole",
        FundAboveTotal "fund-above-total",
        SettlementScope "settlement-scope",
        SettlementFunds "settlement-funds",
        SettlementBurden "settlement-burden",
        SettlementPayments "settlement-payments",
        JointLimit "joint-limit",
        Reversal "reversal",
        CoverOverlaps "cover-overlaps",
        NoShareLeft "no-share-left",
        PoolUsedUp "pool-used-up",
    }
    Notice {
        EarlierClaimOpen "earlier-claim-open",
        LaterClaimInHistory "later-claim-in-history",
        MemberContradicts "member-contradicts",
        OverlappingCovers "overlapping-covers",
        SharesElsewhere "shares-elsewhere",
        PossibleDuplicate "possible-duplicate",
        DecidedApart "decided-apart",
        DecidedById "decided-by-id",
    }
    Row {
        RejectedClaimUnplaced "rejected-claim-unplaced",
        SpreadsheetId "spreadsheet-id",
        AlikeIds "alike-ids",
        BlankAroundId "blank-around-id",
        ReadAsMeant "read-as-meant",
        Normalised "normalised",
    }
    Record {
        RecordUnreadable "record-unreadable",
        RecordConflict "record-conflict",
        RecordRepeated "record-repeated",
        RefundUnmatched "refund-unmatched",
        OtherCare "other-care",
        NoCover "no-cover",
    }
    Cause {
        Unexplained "unexplained",
        PaidAgain "paid-again",
        NotRecorded "not-recorded",
        UnknownEnrollment "unknown-enrollment",
        NoSuchClaim "no-such-claim",
        ClaimRejected "claim-rejected",
        ClaimAmbiguous "claim-ambiguous",
        ClaimPended "claim-pended",
        ReversalAsRecorded "reversal-as-recorded",
        VersionOther "version-other",
        LimitPerClaim "limit-per-claim",
        PriorNotCounted "prior-not-counted",
        LimitIgnored "limit-ignored",
        JointLimitIgnored "joint-limit-ignored",
        SharesUncapped "shares-uncapped",
        DeductibleMissed "deductible-missed",
        DeductibleTwice "deductible-twice",
        DeductibleAfterRate "deductible-after-rate",
        FranchiseMissed "franchise-missed",
        FranchiseAsDeductible "franchise-as-deductible",
        WaitingMissed "waiting-missed",
        WaitingOffByADay "waiting-off-by-a-day",
        ConditionIgnored "condition-ignored",
        BenefitLeftOut "benefit-left-out",
        BenefitTwice "benefit-twice",
        DaysOffByOne "days-off-by-one",
        BaseBeforeOthers "base-before-others",
        BaseTotalCost "base-total-cost",
        OrderOfClaims "order-of-claims",
        RoundingMode "rounding-mode",
        RoundingPlace "rounding-place",
        RoundingEachStep "rounding-each-step",
        RoundingBinary "rounding-binary",
        SignReversed "sign-reversed",
        PointMoved "point-moved",
        DigitsSwapped "digits-swapped",
    }
}

impl Code {
    /// The code of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A page holds the Chinese text first, then a line `<!-- en -->`, then the English text.
fn page_in(both: &'static str, language: Language) -> &'static str {
    let (zh, en) = both.split_once("<!-- en -->\n").unwrap_or((both, both));
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}
