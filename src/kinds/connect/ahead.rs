//! What lies ahead, in calls: how long reads and writes take at least at the pace that the quotas allow.

use std::collections::BTreeMap;
use std::time::Duration;

use super::family::{Family, family};
use super::part::Part;
use crate::aws::Pace;
use crate::core::ahead::Ahead;
use crate::core::driver::Freshness;

/// The items of a page of a search, at most: some have larger pages.
const PAGE: usize = 100;

/// Returns how long `ahead` takes at least: the slowest operation decides, since all have quotas of their own.
pub fn least(pace: &Pace, ahead: &Ahead) -> Duration {
    calls(ahead).into_values().map(|n| pace.bound(n)).max().unwrap_or_default()
}

/// Returns how often each operation is called for `ahead`, first pages only where a listing may have more.
pub fn calls(ahead: &Ahead) -> BTreeMap<&str, usize> {
    let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
    for (call, count) in &ahead.writes {
        *calls.entry(call).or_default() += count;
    }
    for ((kind, how), count) in &ahead.reads {
        if let Some(family) = family(kind) {
            reads(family, *how, *count, &mut calls);
        }
    }
    calls
}

fn reads(family: &Family, how: Freshness, count: usize, calls: &mut BTreeMap<&str, usize>) {
    let searched = count.div_ceil(PAGE);
    let mut add = |call: &'static str, n: usize| *calls.entry(call).or_default() += n;
    match (how, family.search, family.describe, family.list) {
        (Freshness::Indexed, Some(search), ..) => add(search.call, searched),
        (_, _, Some((describe, _)), _) => add(describe, count),
        (_, _, None, Some(list)) => add(list.call, count),
        // An association: its listing says all.
        (_, _, None, None) => {}
    }
    for part in family.parts {
        match (*part, how) {
            (Part::List { search: Some((search, ..)), .. }, Freshness::Indexed) => add(search, searched),
            (Part::List { call, .. }, _) => add(call, count),
            (Part::Found { call, .. }, Freshness::Indexed) => add(call, searched),
            (Part::Found { call, .. }, Freshness::Fresh | Freshness::Recent) => add(call, count),
            (Part::Audio { .. }, _) => add("GetPromptFile", count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Share;

    #[test]
    fn the_slowest_operation_decides() {
        let mut ahead = Ahead::default();
        ahead.read("connect/flow", Freshness::Indexed, 500);
        ahead.read("connect/queue", Freshness::Indexed, 200);
        ahead.read("connect/hours", Freshness::Fresh, 9);
        ahead.writes.insert("UpdateQueueName".into(), 3);
        let calls = calls(&ahead);
        let expected = [
            ("DescribeHoursOfOperation", 9),
            ("ListHoursOfOperationOverrides", 9),
            ("ListQueueEmailAddresses", 200),
            ("ListQueueQuickConnects", 200),
            ("SearchContactFlows", 5),
            ("SearchQueues", 2),
            ("UpdateQueueName", 3),
        ];
        assert_eq!(calls.into_iter().collect::<Vec<_>>(), expected);
        // No search has the quick connects of a queue: 200 calls, five at once, two a second.
        let all = Share::new(1.0).unwrap();
        assert_eq!(least(&Pace::new(all), &ahead), Duration::from_millis(97_500));
        assert_eq!(least(&Pace::off(), &ahead), Duration::ZERO);
    }
}
