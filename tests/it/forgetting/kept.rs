//! What stays whatever a policy says, and what a policy says.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use snapdeploy::core::ledger::{Act, Ledger, Notice};
use snapdeploy::core::objects::{Key, Objects};
use snapdeploy::core::package::Package;
use snapdeploy::core::run::{RunKind, RunStatus};
use snapdeploy::core::select::Selection;
use snapdeploy::core::upkeep::{Forgetting, Policy, Why};
use snapdeploy::core::{Clock, Digest, SnapshotId};
use snapdeploy::store::{MemoryLedger, MemoryObjects};

use super::shelf::{Shelf, actor, after, ago, bytes, full, keep_last, pin, snapshot};

/// Returns why the snapshot is kept; nothing where it goes.
fn why(plan: &Forgetting, id: &SnapshotId) -> String {
    let line = plan.kept.iter().find(|line| line.what == id.as_str());
    let gone = plan.forgotten.iter().any(|line| line.what == id.as_str());
    assert!(line.is_some() != gone, "{id} is either kept or not: {plan:?}");
    line.map(|line| line.why.iter().cloned().collect::<Vec<_>>().join("; ")).unwrap_or_default()
}

fn stores() -> (MemoryObjects, MemoryLedger) {
    (MemoryObjects::new(), MemoryLedger::new(Clock::system()))
}

#[tokio::test]
async fn a_policy_keeps_the_newest_of_each_period_and_what_has_a_name_or_a_note() {
    let (objects, ledger) = stores();
    let shelf = Shelf { objects: &objects, ledger: &ledger };
    let mut ids = Vec::new();
    for day in 0..120 {
        ids.push(shelf.named(ago(day), None, None).await);
    }
    let named = shelf.named(ago(500), Some("golden"), None).await;
    let noted = shelf.named(ago(501), None, Some("before CHG-9")).await;
    let old = shelf.named(ago(900), None, None).await;
    let counts = async |policy: Policy| {
        let plan = shelf.plan(&policy, &after(0)).await;
        let kept: BTreeSet<&str> = plan.kept.iter().map(|line| line.what.as_str()).collect();
        assert!(kept.contains(ids[0].as_str()), "the newest stays");
        (kept.len(), [&named, &noted, &old].map(|id| kept.contains(id.as_str())))
    };
    let none = Policy::default();
    assert_eq!(counts(Policy { last: 5, ..none.clone() }).await, (5, [false, false, false]));
    assert_eq!(counts(Policy { daily: 14, ..none.clone() }).await, (14, [false, false, false]));
    assert_eq!(counts(Policy { weekly: 4, ..none.clone() }).await, (4, [false, false, false]));
    assert_eq!(counts(Policy { monthly: 3, ..none.clone() }).await, (3, [false, false, false]));
    assert!(counts(Policy { yearly: 50, ..none.clone() }).await.1[2], "its year has no newer one");
    assert_eq!(counts(Policy { named: true, ..none.clone() }).await, (2, [true, false, false]));
    let notes = BTreeSet::from(["CHG-".to_string()]);
    assert_eq!(counts(Policy { notes, ..none.clone() }).await, (2, [false, true, false]));
    let within = Some(SignedDuration::from_hours(24 * 10 + 1));
    assert_eq!(counts(Policy { within, ..none.clone() }).await, (11, [false, false, false]));
    assert_eq!(
        Policy { last: 1, within, named: true, ..none }.to_string(),
        "--keep-last 1 --keep-within 241h --keep-named"
    );
}

#[tokio::test]
async fn what_a_rollback_and_the_audit_need_stays_whatever_the_policy_says() {
    let (objects, ledger) = stores();
    let shelf = Shelf { objects: &objects, ledger: &ledger };
    let source = shelf.extract(ago(400), &[bytes("source")]).await;
    let lonely = shelf.extract(ago(399), &[bytes("lonely")]).await;
    // The last that wrote one thing, then one that was undone, then twenty of another thing.
    let last = shelf.run(ago(390), "connect/prompt/seldom", source.as_str()).await;
    let undone = shelf.run(ago(389), "connect/prompt/undone", "x").await;
    let back = shelf.begin(ago(388), RunKind::Rollback, "y", Some(&undone.id)).await;
    let back = back.end(RunStatus::Succeeded, "connect/prompt/undone").await;
    let covered = shelf.run(ago(380), "connect/prompt/often", "x").await;
    let mut often = Vec::new();
    for i in 0..20 {
        often.push(shelf.run(ago(300 - i), "connect/prompt/often", "x").await);
    }
    let newest = shelf.extract(ago(1), &[]).await;
    let plan = shelf.plan(&keep_last(1), &after(0)).await;

    assert_eq!(why(&plan, &lonely), "");
    assert_eq!((why(&plan, &covered.before), why(&plan, &covered.after)), Default::default());
    assert!(why(&plan, &newest).contains("@latest"));
    for run in &often {
        assert!(
            why(&plan, &run.before).contains("one of the newest 20") && !why(&plan, &run.after).is_empty()
        );
    }
    assert!(
        why(&plan, &last.before).contains("the last that wrote something"),
        "{}",
        why(&plan, &last.before)
    );
    assert!(!why(&plan, &last.after).is_empty());
    assert!(why(&plan, &source).contains(last.id.as_str()), "what it put there: {}", why(&plan, &source));
    // What is there was put back: the way further back leads through both.
    assert!(!why(&plan, &undone.before).is_empty() && !why(&plan, &back.before).is_empty());
    // A run that is not over, and nobody knows how old it gets.
    let open = shelf.begin(ago(200), RunKind::Deploy, lonely.as_str(), None).await;
    let plan = shelf.plan(&keep_last(1), &after(400)).await;
    assert!(why(&plan, &open.before).contains("open") && why(&plan, &lonely).contains("open"));
    shelf.forget(&keep_last(1), 400).await;
    shelf.check("after").await;
}

#[tokio::test]
async fn a_run_is_reckoned_with_for_thirty_days_at_least_and_as_long_as_is_said() {
    let (objects, ledger) = stores();
    let shelf = Shelf { objects: &objects, ledger: &ledger };
    let run = shelf.run(ago(40), "connect/prompt/often", "x").await;
    for i in 0..20 {
        shelf.run(ago(39 - i), "connect/prompt/often", "x").await;
    }
    let kept = async |policy: Policy| !why(&shelf.plan(&policy, &after(0)).await, &run.before).is_empty();
    assert!(!kept(keep_last(1)).await);
    assert!(kept(Policy { within: Some(SignedDuration::from_hours(24 * 60)), ..Policy::default() }).await);
    assert!(!kept(Policy { within: Some(SignedDuration::from_hours(1)), ..Policy::default() }).await);
}

#[tokio::test]
async fn packages_stay_while_they_are_young_signed_approved_or_named_by_a_run() {
    let (objects, ledger) = stores();
    let shelf = Shelf { objects: &objects, ledger: &ledger };
    let all = [bytes("in the package")];
    let package = async |at: i64| {
        let taken = snapshot(ago(at), full(), &all);
        let mut package = Package::of(&taken, &Selection::all(), &BTreeSet::new(), Default::default());
        package.blobs = all.iter().map(|b| (Digest::of(b), b.clone())).collect();
        shelf.repository().put_package(&package).await.unwrap()
    };
    let (lonely, deployed, signed) = (package(90).await, package(91).await, package(92).await);
    shelf.extract(ago(1), &[]).await;
    shelf.run(ago(50), "connect/prompt/x", &deployed.to_string()).await;
    let signature = Key::new(format!("packages/sha256/{signed}.sig/{}.json", Digest::of(b"key"))).unwrap();
    objects.create(&signature, "{}".into()).await.unwrap();
    let young = shelf.plan(&keep_last(1), &after(0)).await;
    assert_eq!(young.forgotten_packages, []);
    let plan = shelf.plan(&keep_last(1), &after(31)).await;
    let gone: Vec<&str> = plan.forgotten_packages.iter().map(|line| line.what.as_str()).collect();
    assert_eq!(gone, [lonely.to_string()]);
    let done = shelf.forget(&keep_last(1), 31).await;
    assert_eq!(done.packages, 1);
    assert!(objects.has(&signature).await.unwrap());
    assert!(
        shelf.repository().package(&lonely).await.is_err()
            && shelf.repository().package(&deployed).await.is_ok()
    );
    shelf.check("after").await;
}

#[tokio::test]
async fn what_an_approval_or_a_release_from_a_hold_names_stays() {
    let (objects, ledger) = stores();
    let shelf = Shelf { objects: &objects, ledger: &ledger };
    let released = shelf.extract(ago(95), &[bytes("released")]).await;
    let other = shelf.extract(ago(94), &[bytes("other")]).await;
    shelf.extract(ago(1), &[]).await;
    let reason = Some("CHG-1".to_string());
    let what = Act::Released { source_digest: released.to_string(), actor: actor(), reason };
    ledger.tell(&Notice { pin: pin(), at: ago(90), run: None, what }).await.unwrap();
    let plan = shelf.plan(&keep_last(1), &after(0)).await;
    assert!(why(&plan, &released).contains("undone") && why(&plan, &other).is_empty());
}

#[tokio::test]
async fn a_store_that_is_not_whole_loses_nothing() {
    let (objects, ledger) = stores();
    let shelf = Shelf { objects: &objects, ledger: &ledger };
    for i in 0..3 {
        shelf.extract(ago(90 - i), &[bytes(&format!("of {i}"))]).await;
    }
    let lost = Key::new(format!("blobs/sha256/{}", Digest::of(&bytes("of 1")))).unwrap();
    objects.delete(&lost).await.unwrap();
    let pins = BTreeSet::from([pin()]);
    let now = after(0).now();
    let plan = Forgetting::plan(&objects, &ledger, &pins, (&pins, &keep_last(1)), now).await.unwrap();
    let Err(Why::Wrong(wrong)) = plan else { panic!("{plan:?}") };
    assert!(wrong.len() == 1 && wrong[0].why.contains("is not there"), "{wrong:?}");
}
