//! `@good`: the newest whole snapshot in which all was well.

use snapdeploy::core::extract::{Extraction, OnGaps, extract};
use snapdeploy::core::select::Selection;
use snapdeploy::core::snapshot::Says;
use snapdeploy::sandbox::{Fault, FaultKind};

use crate::drift::queue;
use crate::world::{World, extraction, words};

#[tokio::test]
async fn an_extract_notes_whether_all_was_well() {
    let world = World::new(words(1)).await;
    let well = world.extract(&*world.b, "prod").await.manifest;
    assert_eq!((well.healthy, well.problems.len()), (Some(true), 0));

    let part = Extraction { select: Selection::new(&[queue(0).to_string()]).unwrap(), ..extraction("prod") };
    let part = extract(&world.means(&*world.b), &part).await.unwrap().snapshot.manifest;
    assert_eq!(part.healthy, None, "a part says nothing of the whole");
    assert_eq!((part.says(&queue(0)), part.says(&queue(9))), (Says::There, Says::Nothing));

    world.sandbox.fault(Fault::next("DescribeQueue", FaultKind::AccessDenied));
    let gaps = Extraction { on_gaps: OnGaps::Allow, ..extraction("prod") };
    let gaps = extract(&world.means(&*world.b), &gaps).await.unwrap().snapshot.manifest;
    assert_eq!((gaps.healthy, gaps.is_whole(), gaps.says(&queue(0))), (None, false, Says::Nothing));
    assert_eq!(gaps.says(&"connect/hours/Nobody".parse().unwrap()), Says::Absent);
}
