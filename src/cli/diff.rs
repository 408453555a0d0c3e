//! `diff`: what differs between two sources.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::core::compare::{Difference, Differs, Place, compare};
use crate::core::release::Source;
use crate::core::select::Selection;
use crate::core::{Error, Result};
use crate::kinds::{impersonal_difference, in_version, readable};

use super::context::{Context, Face};
use super::exit::Exit;
use super::output::{Report, as_text};
use super::progress;
use super::source::SourceName;
use super::ui::Ink;

/// Show what differs between two snapshots or packages
///
/// Ids and ARNs are compared by what they refer to, so that only real differences between two environments are shown.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy diff prod@latest prod@live
  snapdeploy diff stage@latest prod@latest 'connect/flow/*' --exit-code")]
pub(super) struct DiffArgs {
    /// The first source
    #[arg(value_name = "SOURCE")]
    from: SourceName,
    /// The second source
    #[arg(value_name = "SOURCE")]
    to: SourceName,
    /// Which of them: addresses, or globs of addresses; everything if there are none
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// End with 4 if something differs
    #[arg(long)]
    exit_code: bool,
}

/// Runs the verb.
pub(super) async fn run(args: &DiffArgs, face: &Face) -> Result<Exit> {
    let select = Selection::new(&args.addresses)?;
    let context = Context::open(face).await?;
    // Both are taken whole: what only one of them has is a difference, not a mistake.
    let (from, to) = progress::show(face, async |events| {
        let from = args.from.load(&context, &Selection::all(), events).await?.source(&args.from);
        let to = args.to.load(&context, &Selection::all(), events).await?.source(&args.to);
        Ok::<_, Error>((from, to))
    })
    .await?;
    if let Some(pattern) = select.idle(from.documents.keys().chain(to.documents.keys())).first() {
        return Err(Error::not_found(format!("nothing in {} or {} is `{pattern}`", args.from, args.to)));
    }
    let (from, to) = (shown_whole(from), shown_whole(to));
    let mut differences = compare(&from, &to, &select);
    differences.iter_mut().for_each(told_once);
    let clean = differences.is_empty() || !args.exit_code;
    face.ui.result(&DiffReport { from: from.label, to: to.label, differences })?;
    Ok(if clean { Exit::Done } else { Exit::Unclean })
}

/// Returns `source` as a person reads it: versions where the aliases are that name them.
fn shown_whole(mut source: Source) -> Source {
    for (address, document) in &mut source.documents {
        *document = readable(address, document);
    }
    source
}

/// Leaves out what differs in the version of an alias just as it does in the resource itself, or in that of another
/// alias.
fn told_once(difference: &mut Difference) {
    let all = std::mem::take(&mut difference.places);
    let inside = |place: &Place| in_version(&place.path).map(String::from);
    let same = |a: &Place, b: &Place| a.from == b.from && a.to == b.to;
    for (i, place) in all.iter().enumerate() {
        let told = inside(place).is_some_and(|path| {
            let own = all.iter().any(|other| other.path == path && same(other, place));
            own || all[..i].iter().any(|other| inside(other).as_ref() == Some(&path) && same(other, place))
        });
        if !told {
            difference.places.push(place.clone());
        }
    }
}

#[derive(Serialize)]
struct DiffReport {
    from: String,
    to: String,
    differences: Vec<Difference>,
}

impl Report for DiffReport {
    const SCHEMA: &'static str = "snapdeploy.diff/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for d in &self.differences {
            let (word, style) = match d.differs {
                Differs::Added => ("added", ink.style().green()),
                Differs::Removed => ("removed", ink.style().red()),
                Differs::Changed => ("changed", ink.style().yellow()),
            };
            *counts.entry(word).or_default() += 1;
            writeln!(out, "{} {}", style.apply_to(word), ink.style().bold().apply_to(&d.address))?;
            places(&d.places, out, ink)?;
        }
        if self.differences.is_empty() {
            return writeln!(out, "No differences between {} and {}", self.from, self.to);
        }
        let counts: Vec<String> = counts.into_iter().map(|(word, n)| format!("{n} {word}")).collect();
        writeln!(out, "{} from {} to {}", counts.join(", "), self.from, self.to)
    }

    /// A summary is read by all who may see the pipeline.
    fn markdown(&self) -> String {
        let differences = self.differences.iter().map(impersonal_difference).collect();
        let shown = DiffReport { from: self.from.clone(), to: self.to.clone(), differences };
        as_text(|out, ink| shown.human(out, ink))
    }

    fn outputs(&self) -> Vec<(&'static str, String)> {
        vec![("changes", self.differences.len().to_string())]
    }
}

/// Returns whether a place is only about how the editor draws a flow: it changes no call.
fn drawn(place: &Place) -> bool {
    place.path.starts_with("Content.Metadata.")
}

/// Returns whether a place is only about where a block is drawn.
fn position(place: &Place) -> bool {
    let path = place.path.to_lowercase();
    path.ends_with("position") || path.ends_with("position.x") || path.ends_with("position.y")
}

fn places(places: &[Place], out: &mut dyn Write, ink: Ink) -> io::Result<()> {
    let (editor, real): (Vec<&Place>, Vec<&Place>) = places.iter().partition(|p| drawn(p));
    let (red, green) = (ink.style().red(), ink.style().green());
    for place in real {
        match (&place.from, &place.to) {
            (Some(Value::String(from)), Some(Value::String(to))) if long(from) || long(to) => {
                writeln!(out, "  {}:", place.path)?;
                text(from, to, out, ink)?;
            }
            (from, to) => {
                let (from, to) = (red.apply_to(shown(from.as_ref())), green.apply_to(shown(to.as_ref())));
                writeln!(out, "  {}: {from} → {to}", place.path)?;
            }
        }
    }
    if !editor.is_empty() {
        let moved = editor.iter().filter(|p| position(p)).count();
        let counts = [(moved, "position"), (editor.len() - moved, "other detail")];
        let said = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| {
            let s = if *n == 1 { "" } else { "s" };
            format!("{n} {what}{s}")
        });
        writeln!(out, "  layout in the editor: {}", said.collect::<Vec<_>>().join(", "))?;
    }
    Ok(())
}

fn long(text: &str) -> bool {
    text.contains('\n') || text.chars().count() > 100
}

fn shown(value: Option<&Value>) -> String {
    match value {
        None => "(nothing)".into(),
        Some(value) => {
            let text = value.to_string();
            match text.char_indices().nth(100) {
                Some((end, _)) => format!("{}...", &text[..end]),
                None => text,
            }
        }
    }
}

/// Writes what differs between two long texts, line by line.
fn text(from: &str, to: &str, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
    let diff = TextDiff::from_lines(from, to);
    for (i, group) in diff.grouped_ops(1).iter().enumerate() {
        if i > 0 {
            writeln!(out, "    ...")?;
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ("-", ink.style().red()),
                ChangeTag::Insert => ("+", ink.style().green()),
                ChangeTag::Equal => (" ", ink.style()),
            };
            let line = format!("{sign} {}", change.value().trim_end_matches(['\n', '\r']));
            writeln!(out, "    {}", style.apply_to(line))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn place(path: &str, from: Value, to: Value) -> Place {
        Place { path: path.into(), from: Some(from), to: Some(to) }
    }

    #[test]
    fn a_summary_does_not_say_who_somebody_is() {
        let mut whole = place("PhoneConfig", json!(null), json!({ "DeskPhoneNumber": "+12065550199" }));
        whole.from = None;
        let places = vec![
            place("IdentityInfo.FirstName", json!("Annegret"), json!("Bertram")),
            whole,
            place("PhoneNumberConfigs[0].PhoneNumber", json!("+12065550199"), json!("+12065550198")),
            place("PhoneConfig.AutoAccept", json!(false), json!(true)),
        ];
        let address = crate::core::Address::new("connect/user", "ann");
        let differences = vec![Difference { address, differs: Differs::Changed, places }];
        let summary = DiffReport { from: "a".into(), to: "b".into(), differences }.markdown();
        for person in ["Annegret", "Bertram", "+1206555"] {
            assert!(!summary.contains(person), "{summary}");
        }
        assert!(summary.contains("changed connect/user/ann") && summary.contains("AutoAccept: false → true"));
    }

    #[test]
    fn what_differs_in_a_version_as_in_the_resource_is_told_once() {
        let mut difference = Difference {
            address: crate::core::Address::new("lambda/function", "orders"),
            differs: Differs::Changed,
            places: vec![
                place("Aliases.beta.Version.MemorySize", json!(1), json!(2)),
                place("Aliases.beta.Version.Timeout", json!(3), json!(4)),
                place("Aliases.live.Version.MemorySize", json!(1), json!(5)),
                place("Aliases.live.Version.Timeout", json!(3), json!(4)),
                place("MemorySize", json!(1), json!(2)),
            ],
        };
        told_once(&mut difference);
        let told: Vec<&str> = difference.places.iter().map(|p| p.path.as_str()).collect();
        assert_eq!(told, ["Aliases.beta.Version.Timeout", "Aliases.live.Version.MemorySize", "MemorySize"]);
    }

    #[test]
    fn moved_blocks_are_one_line_and_long_texts_are_shown_by_line() {
        let all = [
            place("Content.Metadata.entryPointPosition.x", json!(1), json!(2)),
            place("Content.Metadata.ActionMetadata.a.position.y", json!(1), json!(2)),
            place("Description", json!("old"), json!("new")),
            place("Note", json!("a\nb\nc\n"), json!("a\nB\nc\n")),
        ];
        let mut out = Vec::new();
        places(&all, &mut out, Ink { colour: false, width: None }).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(
            out,
            "  Description: \"old\" → \"new\"\n  Note:\n      a\n    - b\n    + B\n      c\n  layout in the editor: 2 positions\n"
        );
    }
}
