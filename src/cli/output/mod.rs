//! How results are printed: for people, as JSON, as GitHub annotations.

mod ended;
mod errors;
mod github;
mod human;
mod json;
mod plan;
mod report;

pub(super) use ended::RunReport;
pub(super) use errors::{error_document, human_error};
pub(super) use github::{annotation, annotations};
pub(super) use human::{Grid, finding_lines, moment, place_of};
pub(super) use json::result_document;
pub(super) use plan::PlanReport;
pub(super) use report::Report;
