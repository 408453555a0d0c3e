//! `package`: makes, looks into, takes apart and puts together packages.

mod create;
mod folder;
mod inspect;
mod sign;
mod verb;

pub(super) use verb::{PackageArgs, run};
