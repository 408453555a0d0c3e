//! What a deployment takes in: dependencies, ownership, overlays, what a new resource lacks, proof, saved plans.

use jiff::SignedDuration;
use serde_json::{Value, json};
use snapdeploy::core::closure::Dependencies;
use snapdeploy::core::document::Document;
use snapdeploy::core::drift::OnDrift;
use snapdeploy::core::finding::Weight;
use snapdeploy::core::plan::{Action, Plan};
use snapdeploy::core::release::{Deployment, Source, plan_deploy};
use snapdeploy::core::runs::{Ended, OnFailure, begin};
use snapdeploy::core::saved::SavedPlan;
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Snapshot;
use snapdeploy::core::{Address, ErrorKind};
use snapdeploy::sandbox::{Kind, Scenario};

use crate::world::{A, B, REGION, World, content, meddle, scenario, week};

fn of(address: &str) -> Address {
    address.parse().unwrap()
}

fn globs(patterns: &[&str]) -> Selection {
    Selection::new(&patterns.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap()
}

/// dev has a flow that needs a queue on hours, which prod has otherwise, and a queue on hours that prod lacks.
fn centre() -> Scenario {
    let mut scenario = scenario();
    for (account, name) in [(A, "dev"), (B, "prod")] {
        let instance = scenario.account(account).instance(REGION, name);
        instance
            .hours("Day", json!({ "TimeZone": "UTC", "Config": week(if name == "dev" { 8 } else { 9 }) }));
        let day = instance.id_of(Kind::Hours, "Day");
        instance.queue("Sales", json!({ "HoursOfOperationId": day, "Description": name }));
        instance.queue("Other", json!({ "HoursOfOperationId": day, "Description": "the same" }));
    }
    let a = scenario.account(A).instance(REGION, "dev");
    a.hours("Night", json!({ "TimeZone": "UTC", "Config": week(1) }));
    let night = a.id_of(Kind::Hours, "Night");
    let caller = json!({ "OutboundCallerIdName": "Dev" });
    a.queue("New", json!({ "HoursOfOperationId": night, "OutboundCallerConfig": caller, "MaxContacts": 5 }));
    let (sales, new) = (a.arn_of(Kind::Queue, "Sales"), a.arn_of(Kind::Queue, "New"));
    let uses = content(&[
        ("UpdateContactTargetQueue", json!({ "QueueId": sales })),
        ("UpdateContactTargetQueue", json!({ "QueueId": new })),
    ]);
    a.flow("Main", "CONTACT_FLOW", &uses);
    scenario
}

/// The centre, with an answer to what the new queue lacks in prod.
async fn world() -> (World, Snapshot) {
    let mut world = World::new(centre()).await;
    let answer = json!({ "OutboundCallerConfig": { "OutboundCallerIdName": "" } });
    world.values.overlay.insert(of("connect/queue/New"), answer.as_object().unwrap().clone());
    let dev = world.extract(&*world.a, "dev").await;
    (world, dev)
}

async fn planned(world: &World, dev: &Snapshot, deployment: &Deployment) -> Plan {
    let source = Source::of_snapshot("dev@latest", dev);
    plan_deploy(&world.means(&*world.b), "prod", &source, deployment).await.unwrap()
}

fn flow(dependencies: Dependencies) -> Deployment {
    Deployment { select: globs(&["connect/flow/Main"]), dependencies, ..Deployment::default() }
}

fn steps(plan: &Plan) -> Vec<String> {
    let mut all: Vec<String> = plan.steps.iter().map(|s| s.address.to_string()).collect();
    all.sort();
    all
}

fn said(plan: &Plan, weight: Weight) -> Vec<String> {
    plan.findings.iter().filter(|f| f.weight == weight).map(|f| f.message.clone()).collect()
}

async fn perform(world: &World, plan: &Plan) {
    let ended = begin(&world.means(&*world.b), plan, None, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
}

#[tokio::test]
async fn dependencies_that_are_missing_come_along_and_the_others_are_left_alone_and_listed() {
    let (world, dev) = world().await;
    let alone = planned(&world, &dev, &flow(Dependencies::Left)).await;
    assert!(said(&alone, Weight::Block)[0].contains("refers to connect/queue/New"), "{:?}", alone.findings);

    let missing = planned(&world, &dev, &flow(Dependencies::Missing)).await;
    assert_eq!(steps(&missing), ["connect/flow/Main", "connect/hours/Night", "connect/queue/New"]);
    assert_eq!(missing.left_alone, [of("connect/queue/Sales")]);

    let all = planned(&world, &dev, &flow(Dependencies::All)).await;
    let wanted = [
        "connect/flow/Main",
        "connect/hours/Day",
        "connect/hours/Night",
        "connect/queue/New",
        "connect/queue/Sales",
    ];
    assert_eq!((steps(&all), all.left_alone.len()), (wanted.map(String::from).to_vec(), 0));

    let before = world.sandbox.connect_state(B);
    perform(&world, &missing).await;
    assert_eq!(planned(&world, &dev, &flow(Dependencies::Missing)).await.steps.len(), 0);
    assert!(matches!(world.roll_back().await, Ok(Ended::Done { .. })));
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn what_is_not_ours_is_left_out_and_counted_and_blocks_where_it_is_named() {
    let (mut world, dev) = world().await;
    world.values.owns = globs(&["connect/hours/*", "connect/queue/*"]);
    world.values.managed_elsewhere = Some(globs(&["connect/hours/Day"]));
    let plan = planned(&world, &dev, &Deployment::default()).await;
    assert_eq!(steps(&plan), ["connect/hours/Night", "connect/queue/New", "connect/queue/Sales"]);
    assert_eq!(said(&plan, Weight::Note)[0], "1 of the release are left out: prod does not own them");
    let hint = plan.findings.iter().find(|f| f.message.contains("does not own them")).unwrap().hint.clone();
    assert_eq!(
        hint.as_deref(),
        Some("what is to be written there has to be picked by `owns` of [environments.prod]")
    );
    let managed = ["managed elsewhere, so only referred to: connect/hours/Day"];
    assert_eq!(said(&plan, Weight::Note)[1..], managed);
    assert_eq!(said(&plan, Weight::Warning), Vec::<String>::new());
    let select = globs(&["connect/hours/*", "connect/hours/Day"]);
    let meant = planned(&world, &dev, &Deployment { select, ..Deployment::default() }).await;
    assert_eq!(said(&meant, Weight::Warning), managed, "who names it expects it to be written");
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);

    let named = planned(&world, &dev, &flow(Dependencies::All)).await;
    let blocks = said(&named, Weight::Block);
    assert_eq!((named.steps.len(), blocks.len()), (0, 1), "{blocks:?}");
    assert!(blocks[0].contains("`owns` does not pick it"), "{blocks:?}");
    // What is needed does not come along either if it is not ours.
    world.values.owns = globs(&["connect/flow/*"]);
    let plan = planned(&world, &dev, &flow(Dependencies::All)).await;
    assert_eq!(steps(&plan), ["connect/flow/Main"]);
    assert_eq!(said(&plan, Weight::Block).len(), 1, "the missing queue");

    // A rollback puts back what a run wrote, whatever is owned by now, and says so.
    world.values.owns = Selection::all();
    world.values.managed_elsewhere = None;
    let before = world.sandbox.connect_state(B);
    perform(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    world.values.owns = globs(&["connect/flow/*"]);
    let means = world.means(&*world.b);
    let past = snapdeploy::core::back::newest(&means, &Selection::all()).await.unwrap();
    let back = snapdeploy::core::back::plan_back(&means, &past, &Selection::all()).await.unwrap();
    assert_eq!(said(&back, Weight::Warning).iter().filter(|m| m.contains("is put back although")).count(), 4);
    perform(&world, &back).await;
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn a_new_resource_that_lacks_local_values_blocks_with_the_lines_to_paste() {
    let (mut world, dev) = world().await;
    world.values.overlay.clear();
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let blocks: Vec<_> = plan.blocks().collect();
    assert_eq!(blocks.len(), 1, "{blocks:#?}");
    assert_eq!(blocks[0].address, Some(of("connect/queue/New")));
    let hint = blocks[0].hint.clone().unwrap();
    let lines = hint.split_once('\n').unwrap().1;
    assert_eq!(
        lines,
        "[environments.prod.overlay.\"connect/queue/New\"]\n\
         OutboundCallerConfig.OutboundCallerIdName = \"\"  # the source has \"Dev\""
    );
    assert!(!hint.contains("MaxContacts"), "operational values are not asked for");

    // Back into the pin that it came from everything is literal, and nothing is asked.
    let source = Source::of_snapshot("dev@latest", &dev);
    meddle(&*world.a, &of("connect/flow/Main"), None).await;
    meddle(&*world.a, &of("connect/queue/New"), None).await;
    let overlay = json!({ "Description": "overlaid" }).as_object().unwrap().clone();
    world.values.overlay.insert(of("connect/queue/New"), overlay);
    let home = plan_deploy(&world.means(&*world.a), "dev", &source, &Deployment::default()).await.unwrap();
    assert_eq!((home.steps.len(), home.blocks().count()), (2, 0), "{:#?}", home.findings);
    let ended = begin(&world.means(&*world.a), &home, None, OnFailure::Stop).await;
    assert!(matches!(ended, Ok(Ended::Done { .. })), "{ended:?}");
    let restored = world.documents(&*world.a, "dev").await;
    let new = of("connect/queue/New");
    assert_eq!(
        (&restored[&new].portable, &restored[&new].local),
        (&dev.documents[&new].portable, &dev.documents[&new].local)
    );
}

#[tokio::test]
async fn an_overlay_sets_members_of_either_part_and_is_shown() {
    let (mut world, dev) = world().await;
    let overlay = |value: Value| value.as_object().unwrap().clone();
    let caller = json!({ "OutboundCallerConfig": { "OutboundCallerIdName": "Prod @{region}" }, "Description": "prod's" });
    world.values.overlay.insert(of("connect/queue/New"), overlay(caller));
    let hours =
        json!({ "HoursOfOperationId": "@{id:connect/hours/Night}", "MaxContacts": 9, "Description": null });
    world.values.overlay.insert(of("connect/queue/Other"), overlay(hours));
    world.values.overlay.insert(of("connect/queue/Gone"), overlay(json!({ "Description": "x" })));
    let plan = planned(&world, &dev, &Deployment::default()).await;
    assert_eq!(plan.blocks().count(), 0, "{:#?}", plan.findings);
    let step = |name: &str| plan.steps.iter().find(|s| s.address.name() == name).unwrap();
    assert_eq!(step("Other").overlaid, ["HoursOfOperationId", "MaxContacts"]);
    assert_eq!(step("New").overlaid, ["Description", "OutboundCallerConfig"]);
    assert_eq!((step("New").action, step("Sales").overlaid.len()), (Action::Create, 0));
    assert!(
        said(&plan, Weight::Warning)[0].ends_with("does not have: connect/queue/Gone"),
        "{:?}",
        plan.findings
    );
    perform(&world, &plan).await;
    let prod = world.documents(&*world.b, "prod").await;
    let new: &Document = &prod[&of("connect/queue/New")];
    assert_eq!(new.portable["Description"], "prod's");
    assert_eq!(new.local["OutboundCallerConfig"]["OutboundCallerIdName"], "Prod us-east-1");
    let other = &prod[&of("connect/queue/Other")];
    assert_eq!(other.portable["HoursOfOperationId"], "@{id:connect/hours/Night}");
    assert_eq!(other.local["MaxContacts"], 9);
    // AWS has no call that takes a description away.
    assert_eq!(other.portable["Description"], "the same");
    assert_eq!(planned(&world, &dev, &Deployment::default()).await.steps.len(), 0, "and it is there to stay");

    world.values.overlay.insert(of("connect/queue/Other"), overlay(json!({ "QueueArn": "x", "Nme": 1 })));
    let plan = planned(&world, &dev, &Deployment::default()).await;
    assert_eq!(
        said(&plan, Weight::Block),
        ["its overlay sets Nme, which is not written", "its overlay sets QueueArn, which is not written"]
    );
}

#[tokio::test]
async fn what_has_not_succeeded_in_stage_is_not_promoted() {
    let (mut world, dev) = world().await;
    world.values.promote_from = Some("stage".into());
    let proven_in = Some(world.a.pin().clone());
    let promoting = Deployment { proven_in, ..Deployment::default() };
    let blocked = planned(&world, &dev, &promoting).await;
    let block = blocked.blocks().next().unwrap();
    assert!(block.message.contains("has not succeeded in stage"), "{}", block.message);
    let typed = format!("snapdeploy deploy dev@{} --to stage", dev.manifest.id);
    assert_eq!(block.hint.as_deref(), Some(typed.as_str()));

    // Stage is dev's own pin here: one queue is off, and the release puts it right.
    let stage = async |select: Selection| {
        let mut document = dev.documents[&of("connect/queue/Sales")].clone();
        document.portable.insert("Description".into(), json!("off"));
        meddle(&*world.a, &of("connect/queue/Sales"), Some(&document)).await;
        let deployment = Deployment { select, drift: OnDrift::Overwrite, ..Deployment::default() };
        let source = Source::of_snapshot("dev@latest", &dev);
        let mut plan = plan_deploy(&world.means(&*world.a), "stage", &source, &deployment).await.unwrap();
        plan.environment = "stage".into();
        match begin(&world.means(&*world.a), &plan, None, OnFailure::Stop).await {
            Ok(Ended::Done { run }) => run,
            other => panic!("{other:?}"),
        }
    };
    stage(globs(&["connect/queue/*"])).await;
    let partly = planned(&world, &dev, &promoting).await;
    assert!(
        partly.blocks().next().unwrap().message.contains("without connect/flow/Main"),
        "{:?}",
        partly.findings
    );
    let queues = Deployment { select: globs(&["connect/queue/Sales"]), ..promoting.clone() };
    assert_eq!(planned(&world, &dev, &queues).await.blocks().count(), 0);

    let run = stage(Selection::all()).await;
    let plan = planned(&world, &dev, &promoting).await;
    assert_eq!((plan.blocks().count(), plan.proven_by.as_ref()), (0, Some(&run)));
    // Another extract of the same is another release.
    let again = world.extract(&*world.a, "dev").await;
    assert_eq!(planned(&world, &again, &promoting).await.blocks().count(), 1);

    // What is undone in stage proves nothing any more, nor to a plan that was saved before.
    let means = world.means(&*world.b);
    let saved = SavedPlan::of(&means, &plan, SignedDuration::from_hours(1)).await.unwrap();
    let there = world.means(&*world.a);
    let past = snapdeploy::core::back::past(&there, &run).await.unwrap();
    let back = snapdeploy::core::back::plan_back(&there, &past, &Selection::all()).await.unwrap();
    assert!(matches!(begin(&there, &back, None, OnFailure::Stop).await, Ok(Ended::Done { .. })));
    assert_eq!(saved.fresh(&means).await.unwrap_err().kind, ErrorKind::Blocked);
    assert_eq!(planned(&world, &dev, &promoting).await.blocks().count(), 1);
}

/// Returns the plan of the flow with what it lacks, saved.
async fn saved(world: &World, dev: &Snapshot) -> SavedPlan {
    let plan = planned(world, dev, &flow(Dependencies::Missing)).await;
    let saved = SavedPlan::of(&world.means(&*world.b), &plan, SignedDuration::from_hours(24)).await.unwrap();
    SavedPlan::from_bytes(&saved.to_bytes().unwrap()).unwrap()
}

/// Gives a queue of prod another description, in the console.
async fn edit(world: &World, address: &str) {
    let mut document = world.documents(&*world.b, "prod").await.remove(&of(address)).unwrap();
    document.portable.insert("Description".into(), json!("edited in the console"));
    meddle(&*world.b, &of(address), Some(&document)).await;
}

#[tokio::test]
async fn a_saved_plan_survives_an_unrelated_edit_and_is_performed_once() {
    let (world, dev) = world().await;
    let saved = saved(&world, &dev).await;
    edit(&world, "connect/queue/Other").await;
    edit(&world, "connect/queue/Sales").await;
    let means = world.means(&*world.b);
    saved.fresh(&means).await.unwrap();
    let ended = begin(&means, &saved.plan, None, OnFailure::Stop).await;
    let Ok(Ended::Done { run }) = ended else { panic!("{ended:?}") };
    let again = saved.fresh(&means).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::Blocked, "{again:?}");
    assert!(again.message.contains(run.as_str()), "{again}");
    // Not even after a rollback, but the same plan made anew may be.
    assert!(matches!(world.roll_back().await, Ok(Ended::Done { .. })));
    assert_eq!(saved.fresh(&means).await.unwrap_err().kind, ErrorKind::Blocked);
    let anew = self::saved(&world, &dev).await;
    assert_eq!(anew.plan.moves, saved.plan.moves);
    anew.fresh(&means).await.unwrap();
}

#[tokio::test]
async fn a_saved_plan_does_not_survive_an_edit_to_what_it_writes_or_resolves() {
    // What it resolves: the queue is made anew under the same name, and has another id.
    let (world, dev) = world().await;
    let saved = saved(&world, &dev).await;
    let sales = of("connect/queue/Sales");
    let document = world.documents(&*world.b, "prod").await.remove(&sales).unwrap();
    meddle(&*world.b, &sales, None).await;
    meddle(&*world.b, &sales, Some(&document)).await;
    let means = world.means(&*world.b);
    let error = saved.fresh(&means).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stale, "{error:?}");
    assert!(error.message.contains("connect/queue/Sales} was "), "{error}");

    // What it writes: what it was to create is there, and what it was to change is something else.
    let saved = self::saved(&world, &dev).await;
    meddle(&*world.b, &of("connect/hours/Night"), Some(&dev.documents[&of("connect/hours/Night")])).await;
    let error = saved.fresh(&means).await.unwrap_err();
    assert!(error.message.ends_with("connect/hours/Night has been created"), "{error}");
    meddle(&*world.b, &of("connect/hours/Night"), None).await;
    saved.fresh(&means).await.unwrap();

    let plan = planned(&world, &dev, &Deployment::default()).await;
    let saved = SavedPlan::of(&means, &plan, SignedDuration::from_hours(1)).await.unwrap();
    saved.fresh(&means).await.unwrap();
    edit(&world, "connect/queue/Sales").await;
    let error = saved.fresh(&means).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Stale, "{error:?}");
    assert!(error.message.ends_with("connect/queue/Sales has been changed"), "{error}");
}

#[tokio::test]
async fn a_saved_plan_expires_is_for_one_place_and_cannot_be_edited() {
    let (world, dev) = world().await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let means = world.means(&*world.b);
    let past = SavedPlan::of(&means, &plan, SignedDuration::from_micros(1)).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    assert_eq!(past.fresh(&means).await.unwrap_err().kind, ErrorKind::Stale);
    let saved = SavedPlan::of(&means, &plan, SignedDuration::from_hours(1)).await.unwrap();
    assert_eq!(saved.fresh(&world.means(&*world.a)).await.unwrap_err().kind, ErrorKind::Stale);

    let text = String::from_utf8(saved.to_bytes().unwrap()).unwrap();
    for edited in [
        text.replace("connect/queue/Sales", "connect/queue/Other"),
        text.replace("saved-plan/1", "saved-plan/2"),
    ] {
        assert_ne!(edited, text);
        assert_eq!(SavedPlan::from_bytes(edited.as_bytes()).unwrap_err().kind, ErrorKind::Input);
    }
    assert_eq!(SavedPlan::from_bytes(b"{").unwrap_err().kind, ErrorKind::Input);

    // A plan that is blocked is not saved.
    let blocked = planned(&world, &dev, &flow(Dependencies::Left)).await;
    let refused = SavedPlan::of(&means, &blocked, SignedDuration::from_hours(1)).await.unwrap_err();
    assert_eq!(refused.kind, ErrorKind::Blocked);
}
