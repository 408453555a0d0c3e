//! Failures that explain themselves: what the first screen has.

use snapdeploy::sandbox::{Behaviour, ServiceSeed};

use super::shop::{Shop, exits, image, scenario, verdict};
use crate::sandbox::DEV;

async fn explained(of: impl FnOnce(&mut snapdeploy::sandbox::Scenario) -> String) -> Vec<String> {
    let mut scenario = scenario();
    let bad = of(&mut scenario);
    scenario.account(DEV).service(&ServiceSeed::default()).unwrap();
    let shop = Shop::open(scenario, "web").await;
    let (arn, _) = shop.deploy(&bad).await;
    let (word, message, explained) = verdict(shop.follow(&arn).await.0);
    assert_eq!(word, "taken back", "{message}");
    explained
}

#[tokio::test]
async fn an_exit_code_comes_with_the_end_of_the_log_and_the_command_for_the_rest() {
    let lines = explained(|scenario| image(scenario, "bad", exits(3))).await;
    let words = "container app exited with code 3: Essential container in task exited";
    assert!(lines[0].ends_with(words) && lines[0].contains("tasks: "), "{lines:?}");
    let at = lines.iter().position(|l| l.starts_with("the last 2 lines of container app of task ")).unwrap();
    assert_eq!(lines[at + 1..at + 3], ["    starting", "    no such table: orders"]);
    let command = &lines[at + 3];
    assert!(command.contains("aws logs tail /web --log-stream-names ecs/app/"), "{command}");
    assert!(command.ends_with(" --since 1h --region us-east-1"), "{command}");
}

#[tokio::test]
async fn memory_that_ran_out_and_images_that_are_not_there_are_told_apart() {
    let memory = Behaviour { out_of_memory: true, ..Behaviour::default() };
    let lines = explained(|scenario| image(scenario, "big", memory)).await;
    assert!(lines[0].contains("container app ran out of memory: OutOfMemoryError"), "{lines:?}");
    let lines = explained(|scenario| image(scenario, "there", exits(0)).replace(":there", ":gone")).await;
    assert!(lines[0].contains("CannotPullContainerError") && lines[0].contains("gone"), "{lines:?}");
    assert!(!lines.iter().any(|l| l.contains("aws logs tail")), "it has never started: {lines:?}");
}
