//! Results as JSON: `{"schema": "snapdeploy.NOUN/1", "data": ...}`.

use std::io::{self, Write};

use serde::Serialize;

use super::report::Report;

#[derive(Serialize)]
struct Envelope<'a, T: Serialize> {
    schema: &'static str,
    data: &'a T,
}

/// Writes the document of `report`, and a line feed.
pub(in crate::cli) fn result_document<R: Report>(report: &R, out: &mut impl Write) -> io::Result<()> {
    document(R::SCHEMA, report, out)
}

/// Writes a document, and a line feed.
pub(super) fn document(schema: &'static str, data: &impl Serialize, out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Envelope { schema, data })?;
    out.write_all(b"\n")
}
