//! Invariant 5 for services that are new, images that are brought, and ladders that CodeDeploy has no configuration for:
//! killed before or after any call, then resumed or rolled back.

use snapdeploy::core::means::Values;
use snapdeploy::core::rollout::Rollouts;
use snapdeploy::sandbox::ServiceSeed;

use super::place::{both, image, start};
use super::{promotion, shifted};
use crate::crash::Phase;
use crate::kinds::place::some;
use crate::matrix::{At, End, Matrix, matrix};
use crate::world::{A, World};

async fn made(phase: Phase, exactly: usize) {
    let world = async || {
        let mut scenario = both("2", "1");
        let images = vec![("app".into(), image(A, "3"))];
        scenario
            .account(A)
            .service(&ServiceSeed { name: "new".into(), images, ..Default::default() })
            .unwrap();
        start(scenario).await
    };
    let manner = some(&["ecs/service/main/new"]);
    let of = Matrix { manner, ..Matrix::new("ecs-made", phase, At::Moves(exactly)) };
    matrix(of, world, async |_, _, _| ()).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_that_makes_a_service_it_is_there_or_not() {
    made(Phase::Deploy, 3).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_that_takes_a_service_away_it_is_there_or_not() {
    made(Phase::Rollback, 1).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_release_whose_image_is_brought_a_service_is_as_before_or_as_after() {
    let world = async || promotion::start(promotion::two(promotion::seed("2", promotion::BOTH)).0).await;
    let of = Matrix::new("ecs-brought", Phase::Deploy, At::Moves(3));
    matrix(of, world, async |_, _, _| ()).await;
}

/// On a ladder for which a configuration has to be made first.
async fn laddered() -> World {
    let mut rollouts = Rollouts::default();
    rollouts.add("ecs/service/*", "20% 1m, 100%".parse().unwrap()).unwrap();
    let scenario = shifted::both("2", "1", |group| drop(group.termination_wait(0)));
    let world = shifted::with(scenario, Values { rollouts, ..Values::default() }).await;
    world.sandbox.set_switch("codedeploy_minute_ms", "10").unwrap();
    world
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_shift_on_a_new_ladder_a_service_is_as_before_or_as_after() {
    let of = Matrix::new("ecs-laddered", Phase::Deploy, At::Moves(3));
    matrix(of, laddered, async |world, end, here| {
        assert!(shifted::at_rest(world).await, "{here}: something is in flight");
        let runs = shifted::runs(world).await;
        assert_eq!(runs, if end == End::New { "web:2" } else { "web:1" }, "{here}");
    })
    .await;
}
