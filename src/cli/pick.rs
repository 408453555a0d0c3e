//! Picking what a service goes back to: from its last editions at a terminal, else the last that was verified good.

use crate::core::address::Address;
use crate::core::again::{Choice, choice};
use crate::core::tried::{Tried, Verdict};
use crate::core::{Error, Result};

use super::context::{Context, Face, Site};
use super::output::moment;
use super::progress;
use super::rollback::RollbackArgs;

/// What is to be done.
pub(super) enum Turn {
    /// The newest run is undone.
    Undo,
    /// The service becomes one of its editions again.
    Again(Box<Choice>, String),
}

/// Returns the one address that is named, if it is one and no glob.
pub(super) fn only(addresses: &[String]) -> Option<Address> {
    match addresses {
        [one] => one.parse::<Address>().ok().filter(|a| a.to_string() == *one),
        _ => None,
    }
}

/// Asks what `address` goes back to, or decides it where nobody can be asked.
pub(super) async fn pick(
    face: &Face,
    context: &Context,
    site: &Site,
    address: &Address,
    args: &RollbackArgs,
) -> Result<Turn> {
    let found = progress::show(face, async |events| {
        let means = args.change.means(context, site, events);
        // An open run has one way out: what was there before it.
        if means.ledger.held(site.driver.pin()).await?.is_some() {
            return Ok::<_, Error>(None);
        }
        choice(&means, address).await
    })
    .await?;
    let Some(choice) = found else { return Ok(Turn::Undo) };
    let asked = face.ui.can_ask() && !args.change.yes && args.change.confirm.is_none();
    let picked = match asked {
        true => Some(ask(face, address, &choice)?),
        false => choice.usual.clone(),
    };
    match picked {
        // Nothing is verified good: what undoes the run says what that means.
        None => Ok(Turn::Undo),
        Some(revision) if choice.undoable && choice.usual.as_ref() == Some(&revision) => Ok(Turn::Undo),
        Some(revision) => {
            if let Some(t) = choice.tried.iter().find(|t| t.edition.revision == revision && !asked) {
                face.ui.say(format!(
                    "No run of ours is there to be undone: going back to {}, the last that was verified good ({})",
                    t.edition, t.why
                ));
            }
            Ok(Turn::Again(Box::new(choice), revision))
        }
    }
}

fn ask(face: &Face, address: &Address, choice: &Choice) -> Result<String> {
    let mut lines = lines(&choice.tried);
    // A line that goes on in the next one could not be drawn over; two columns are the cursor's.
    if let Some(width) = face.ui.err().width {
        let room = usize::from(width).saturating_sub(3);
        lines.iter_mut().for_each(|l| *l = console::truncate_str(l, room, "…").into_owned());
    }
    let usual = choice.tried.iter().position(|t| choice.usual.as_ref() == Some(&t.edition.revision));
    face.ui.say(format!("The last {} that {address} ran:", lines.len()));
    let at = face.ui.choose("Which is it to be again", &lines, usual.unwrap_or_default())?;
    let tried = choice.tried.get(at).ok_or_else(|| Error::bug("what was chosen is not in the list"))?;
    Ok(tried.edition.revision.clone())
}

/// Returns a line for each: revision, images, when, by whom, how it did, and whether it runs now.
fn lines(tried: &[Tried]) -> Vec<String> {
    let row = |t: &Tried| {
        let images: Vec<String> = t.edition.images.iter().map(|i| i.short()).collect();
        let by = t.edition.by.as_deref().map_or("?", |by| by.rsplit(['/', ':']).next().unwrap_or(by));
        let verdict = match t.verdict {
            Verdict::Good => "good",
            Verdict::Bad => "bad",
            Verdict::Unknown => "unknown",
        };
        let now = if t.edition.current { "runs now" } else { "" };
        let at = t.edition.at.map_or_else(|| "?".to_string(), moment);
        [t.edition.revision.clone(), images.join(", "), at, by.into(), verdict.into(), now.into()]
    };
    let rows: Vec<[String; 6]> = tried.iter().map(row).collect();
    let width = |column: usize| rows.iter().filter_map(|r| r.get(column)).map(|c| c.chars().count()).max();
    let widths: Vec<usize> = (0..6).map(|column| width(column).unwrap_or_default()).collect();
    let line = |row: &[String; 6]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_string()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use crate::core::edition::{Edition, EditionImage};

    use super::*;

    #[test]
    fn an_edition_is_one_line_of_columns() {
        let tried = |revision: &str, verdict, current| Tried {
            edition: Edition {
                revision: revision.into(),
                name: format!("api:{revision}"),
                images: vec![EditionImage {
                    container: "app".into(),
                    image: format!("example.com/api:1.{revision}"),
                    digest: None,
                    tags: Vec::new(),
                }],
                at: Some("2026-11-19T18:00:00Z".parse().unwrap()),
                by: Some("arn:aws:iam::111122223333:user/kim".into()),
                good: None,
                current,
            },
            verdict,
            why: String::new(),
            run: None,
        };
        let all = [tried("41", Verdict::Unknown, true), tried("9", Verdict::Good, false)];
        assert_eq!(
            lines(&all),
            [
                "41  api:1.41  2026-11-19 18:00:00Z  kim  unknown  runs now",
                "9   api:1.9   2026-11-19 18:00:00Z  kim  good"
            ]
        );
        assert_eq!(
            only(&["ecs/service/c/api".into()]).map(|a| a.to_string()).as_deref(),
            Some("ecs/service/c/api")
        );
        assert!(only(&["ecs/service/*".into(), "x".into()]).is_none() && only(&[]).is_none());
    }
}
