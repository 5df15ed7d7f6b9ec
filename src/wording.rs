//! What decisions, reasons and notices are called, where a person reads them and no program.

use crate::adjudicate::Decision;
use crate::code::Code;
use crate::text::Language;

const fn pick(language: Language, zh: &'static str, en: &'static str) -> &'static str {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

impl Decision {
    /// The decision in words.
    #[must_use]
    pub const fn title(self, language: Language) -> &'static str {
        match self {
            Decision::Paid => pick(language, "给付", "Paid"),
            Decision::NothingDue => pick(language, "无应付", "Nothing due"),
            Decision::Denied => pick(language, "不予给付", "Denied"),
            Decision::Pended => pick(language, "暂缓", "Pended"),
            Decision::Reversed => pick(language, "冲销", "Reversed"),
        }
    }
}

impl Code {
    /// A reason, a notice or why a record is not decided in a few words; none of any other code. Its [page](Code::page) says more.
    #[must_use]
    pub const fn title(self, language: Language) -> Option<&'static str> {
        match self.titles() {
            Some((zh, en)) => Some(pick(language, zh, en)),
            None => None,
        }
    }

    /// In Chinese and in English.
    const fn titles(self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Code::RecordUnreadable => ("结算记录有误", "the record cannot be read"),
            Code::RecordConflict => ("同一编号内容不同", "the same id says something else"),
            Code::RecordRepeated => ("同一报文的另一次结算", "another settlement of the same message"),
            Code::RefundUnmatched => ("退费对不上", "the refund goes with no settlement"),
            Code::OtherCare => ("不审核的医疗类别", "this kind of care is not decided"),
            Code::NoCover => ("当日没有参保", "there is no cover on the day"),
            Code::MissingFact => ("缺少事实", "a fact is missing"),
            Code::NoBenefitApplies => ("没有适用的待遇", "no benefit applies"),
            Code::NothingClaimed => ("基数为零", "the amount before all steps is zero"),
            Code::WaitingPeriod => ("在等待期内", "it falls in the waiting period"),
            Code::LimitReached => ("限额已用完", "the limit is reached"),
            Code::DeductibleNotMet => ("未超过起付线", "the deductible is not met"),
            Code::OffsetByOthers => ("已被其他给付抵扣", "other payments offset it"),
            Code::ExcludedByOthers => ("与其他给付不重复", "it is not paid beside others"),
            Code::FranchiseNotMet => ("未达给付门槛", "the franchise is not met"),
            Code::RateIsZero => ("给付比例为零", "the rate is zero"),
            Code::RoundedToNothing => ("舍入后为零", "it is rounded to nothing"),
            Code::TooManyShares => ("份数超过上限", "too many shares are held"),
            Code::SettlementRefunded => ("医保结算已退费", "the settlement was refunded"),
            Code::SettlementInvalid => ("医保结算记录无效", "the settlement record is not valid"),
            Code::FactContradicts => ("事实互相矛盾", "facts contradict each other"),
            Code::CoverDates => ("保障终止日早于起始日", "the cover ends before it starts"),
            Code::PreviousCover => {
                ("上期保障的终止日不在本期起始日之前", "the previous cover does not end before this one starts")
            }
            Code::StayDates => ("出院日期早于入院日期", "the discharge lies before the admission"),
            Code::EventAfterStay => ("事件日期晚于出院日期", "the event lies after the discharge"),
            Code::BirthAfterEvent => (
                "出生日期晚于事件、入院或保障起始日",
                "the birth lies after the event, the admission or the cover's start",
            ),
            Code::ReportBeforeEvent => ("申请日期早于事件日期", "the claim was reported before the event"),
            Code::PartAboveWhole => ("部分高于整体", "the parts are above their whole"),
            Code::FundAboveTotal => ("医保基金支付高于医疗费总额", "the funds paid more than the total cost"),
            Code::SettlementScope => {
                ("结算的医疗费总额与各项之和不符", "the total cost of the settlement is not the sum of its parts")
            }
            Code::SettlementFunds => {
                ("结算的基金支付总额与各项之和不符", "all funds together are not the sum of the single ones")
            }
            Code::SettlementBurden => {
                ("结算的医疗费总额与各方负担之和不符", "the total cost is not what funds, person and hospital bear")
            }
            Code::SettlementPayments => {
                ("结算的个人负担与各项付款之和不符", "what the person bears is not the sum of the payments")
            }
            Code::CoverOverlaps => ("与本人其他保障重叠", "it overlaps another cover of the member"),
            Code::NoShareLeft => ("其他保障已达份数上限", "other covers have come to the cap of shares"),
            Code::PoolUsedUp => ("名额或补助资金不足", "the places or the money do not suffice"),
            Code::JointLimit => ("受合计限额限制", "a joint limit applies"),
            Code::Reversal => ("冲销", "a reversal"),
            Code::EarlierClaimOpen => ("在前的理赔申请未结", "an earlier claim is open"),
            Code::LaterClaimInHistory => ("应在其后的理赔已先审核", "a later claim was decided before it"),
            Code::MemberContradicts => ("会员资料互相矛盾", "the member's records contradict each other"),
            Code::OverlappingCovers => ("保障重叠", "covers overlap"),
            Code::SharesElsewhere => ("部分份数计在其他保障", "shares count under another cover"),
            Code::PossibleDuplicate => ("票据可能重复", "the bill may have come before"),
            Code::DecidedApart => ("单独审核，未计其他理赔", "decided apart from the member's other claims"),
            Code::DecidedById => ("先后只凭编号", "the ids alone order it"),
            // of files, of rows and of differences: their messages and tables have words of their own
            Code::NotText
            | Code::NotUtf8
            | Code::TooLarge
            | Code::TooDeep
            | Code::TooMany
            | Code::Syntax
            | Code::NumberTooLong
            | Code::DuplicateKey
            | Code::UnknownKey
            | Code::MissingKey
            | Code::MissingClause
            | Code::MissingProvenance
            | Code::WrongType
            | Code::BadValue
            | Code::BadName
            | Code::DuplicateName
            | Code::ExpressionSyntax
            | Code::ExpressionTooLong
            | Code::UnknownName
            | Code::UnitMismatch
            | Code::TypeMismatch
            | Code::BareFigure
            | Code::UnknownCategoryValue
            | Code::UnguardedFact
            | Code::StandsAfter
            | Code::CircularValue
            | Code::TableNotTotal
            | Code::TableKey
            | Code::BandsOutOfOrder
            | Code::BandsGap
            | Code::OrderDiffers
            | Code::BandsOpenEnd
            | Code::StepForm
            | Code::AdditionAfterLimit
            | Code::LimitFinerThanRounding
            | Code::TwoAccumulatedDeductibles
            | Code::RestUnpaid
            | Code::PayerAfterRest
            | Code::ClaimFactInEnrollment
            | Code::Unused
            | Code::AlwaysMet
            | Code::NeverMet
            | Code::Inexact
            | Code::NotWhole
            | Code::FinerThanMoney
            | Code::MayBeNegative
            | Code::RateOutOfRange
            | Code::PromiseBroken
            | Code::PromiseUnproven
            | Code::EffectiveReversed
            | Code::VersionGap
            | Code::VersionOverlap
            | Code::DuplicateVersion
            | Code::UnknownPlan
            | Code::JointOrder
            | Code::UnknownVersion
            | Code::UnknownFact
            | Code::BadFact
            | Code::WrongHolder
            | Code::DuplicateClaim
            | Code::OtherCover
            | Code::UnknownClaim
            | Code::CaseFailed
            | Code::RejectedClaimUnplaced
            | Code::SpreadsheetId
            | Code::AlikeIds
            | Code::BlankAroundId
            | Code::ReadAsMeant
            | Code::Normalised
            | Code::Unexplained
            | Code::PaidAgain
            | Code::NotRecorded
            | Code::UnknownEnrollment
            | Code::NoSuchClaim
            | Code::ClaimRejected
            | Code::ClaimAmbiguous
            | Code::ClaimPended
            | Code::ReversalAsRecorded
            | Code::VersionOther
            | Code::LimitPerClaim
            | Code::PriorNotCounted
            | Code::LimitIgnored
            | Code::JointLimitIgnored
            | Code::SharesUncapped
            | Code::DeductibleMissed
            | Code::DeductibleTwice
            | Code::DeductibleAfterRate
            | Code::FranchiseMissed
            | Code::FranchiseAsDeductible
            | Code::WaitingMissed
            | Code::WaitingOffByADay
            | Code::ConditionIgnored
            | Code::BenefitLeftOut
            | Code::BenefitTwice
            | Code::DaysOffByOne
            | Code::BaseBeforeOthers
            | Code::BaseTotalCost
            | Code::OrderOfClaims
            | Code::RoundingMode
            | Code::RoundingPlace
            | Code::RoundingEachStep
            | Code::RoundingBinary
            | Code::SignReversed
            | Code::PointMoved
            | Code::DigitsSwapped => return None,
        })
    }
}
