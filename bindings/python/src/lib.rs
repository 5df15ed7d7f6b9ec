//! huzhu as a Python module: a thin coat over the library, which repeats no rule of it.
//!
//! What is decided leaves as the library writes it: JSON for one claim, Arrow for many. The Python half of the package, `python/huzhu`, makes objects of it.

mod audit;
mod catalog;
mod certificates;
mod folder;
mod refusal;
mod tables;

/// The native half of the package `huzhu`.
#[pyo3::pymodule]
mod _huzhu {
    #[pymodule_export]
    use crate::catalog::{Catalog, decisions};
    #[pymodule_export]
    use crate::certificates::verify;
    #[pymodule_export]
    use crate::folder::{check, test, worked_cases};
    #[pymodule_export]
    use crate::tables::{no_postings, values};
}
