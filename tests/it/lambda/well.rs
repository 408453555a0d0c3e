//! A function that was written well and fails right after.

use snapdeploy::core::driver::Live;
use snapdeploy::core::moves::Move;
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::{Fault, FaultKind};

use super::place::{both, client, orders, start};
use crate::kinds::place::{perform, planned};
use crate::world::{B, World};

async fn live(world: &World) -> Live {
    let events = snapdeploy::core::event::Events::silent();
    let (inventory, _) = snapdeploy::core::survey::list(&*world.b, &events).await.unwrap();
    world.b.read(inventory.get(&orders()).unwrap(), &inventory).await.unwrap()
}

#[tokio::test]
async fn a_function_whose_update_failed_since_is_not_well_and_the_version_of_its_alias_still_is() {
    let world = start(both()).await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    perform(&world, &plan).await;
    let made: Vec<&Move> = plan.moves.iter().collect();
    let live = live(&world).await;
    world.sandbox.clear_calls();
    assert_eq!(world.b.well(&made, &[&live]).await.unwrap(), []);
    let asked: Vec<_> = world.sandbox.calls().into_iter().filter(|c| c.account == B).collect();
    assert_eq!(asked.len(), 2, "the function, and its alias: {asked:?}");
    assert!(asked.iter().all(|c| c.operation == "GetFunctionConfiguration"), "{asked:?}");
    world.sandbox.fault(Fault::next("UpdateFunctionConfiguration", FaultKind::FailsLater));
    client(&world)
        .update_function_configuration()
        .function_name("orders")
        .memory_size(256)
        .send()
        .await
        .unwrap();
    for _ in 0..4 {
        client(&world).get_function_configuration().function_name("orders").send().await.unwrap();
    }
    let told = world.b.well(&made, &[&live]).await.unwrap();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].0, orders());
    assert!(told[0].1.starts_with("LastUpdateStatus is Failed: InternalError"), "{told:?}");
}
