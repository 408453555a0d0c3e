//! How results are printed: for people, as JSON, for GitHub Actions.

mod card;
mod ended;
mod errors;
mod github;
mod human;
mod json;
mod markdown;
mod plan;
mod proof;
mod report;

pub(super) use ended::RunReport;
pub(super) use errors::{error_document, error_section, human_error};
pub(super) use github::{annotation, annotations, group, guarded, guarded_json};
pub(super) use human::{Grid, counted, finding_lines, moment, place_of};
pub(super) use json::result_document;
pub(super) use markdown::{block, cell, cut, findings as finding_table, table};
pub(super) use plan::PlanReport;
pub(super) use report::{Report, as_text};
