//! All of the second opinion, for tests that draw its population.

pub(crate) mod calendar;
pub(crate) mod claims;
pub(crate) mod disability;
pub(crate) mod draw;
pub(crate) mod exact;
pub(crate) mod facts;
pub(crate) mod gansu_comprehensive;
pub(crate) mod guangdong_accident;
pub(crate) mod guangdong_critical_illness;
pub(crate) mod guangdong_hospital_allowance;
pub(crate) mod guangdong_second_medical;
pub(crate) mod guangdong_self_funded;
pub(crate) mod guangdong_womens_illness;
pub(crate) mod henan_accident;
pub(crate) mod ningbo_critical;
pub(crate) mod ningbo_hospital;
pub(crate) mod population;
pub(crate) mod record;
pub(crate) mod truth;
pub(crate) mod verdict;
pub(crate) mod wuxi_return_allowance;
pub(crate) mod wuxi_xixinbao;
