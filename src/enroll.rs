//! An application for cover, decided by the rules of a plan: enrolled with its dates, its shares and who pays the price, or refused with every reason.

mod answer;
mod application;
mod explain;
mod pools;
mod rules;

pub use answer::{Answer, Drawn, Enrolled, PayerLine, Reasons};
pub use application::Application;
pub use pools::Pools;

pub use crate::plan::PoolUnit;
