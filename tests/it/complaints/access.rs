//! Credentials that end while somebody waits, and limits that are no throttle by their name.

use std::time::Duration;

use snapdeploy::sandbox::{Fault, FaultKind};

use super::shops::{baking, calls, resume, shop, wait};
use crate::ecs::back::{CONFIG, Shop};
use crate::ecs::scene::service;
use crate::world::{B, sdk};

/// Complaint 36, <https://github.com/aws-actions/configure-aws-credentials/issues/359>: a wait of more than an hour dies with
/// the session of the role.
#[tokio::test]
async fn a_wait_of_more_than_an_hour_dies_with_the_session() {
    let shop = Shop { pace: Duration::from_secs(40), ..baking(80) };
    shop.ship(0, "2");
    assert_eq!(shop.revision().await, "web:2");
    assert!(calls(&shop, "AssumeRole") > 1, "the role was assumed anew");
    assert!(shop.sandbox.calls().iter().any(|c| c.error.as_deref() == Some("ExpiredTokenException")));
}

/// Complaint 36 too, <https://github.com/aws-actions/configure-aws-credentials/issues/488>: credentials that nobody can renew
/// turn a good deployment into a failed one.
#[tokio::test]
async fn credentials_that_cannot_be_renewed_turn_good_into_failed() {
    let shop = Shop { pace: Duration::from_secs(40), ..baking(80) };
    let role = format!("role_arn = \"arn:aws:iam::{B}:role/snapdeploy\"\nexternal_id = \"only-us\"\n");
    let config = CONFIG.replace(&role, "");
    assert_ne!(config, CONFIG);
    std::fs::write(shop.shell.directory.path().join("snapdeploy.toml"), config).unwrap();
    let session = async |shop: Shop| {
        let sts = aws_sdk_sts::Client::new(&sdk(&shop.sandbox.endpoint()));
        let ask =
            sts.assume_role().role_arn(format!("arn:aws:iam::{B}:role/snapdeploy")).external_id("only-us");
        let answer = ask.role_session_name("job").send().await.unwrap();
        let given = answer.credentials().unwrap();
        let shell = shop
            .shell
            .set("AWS_ACCESS_KEY_ID", given.access_key_id())
            .set("AWS_SECRET_ACCESS_KEY", given.secret_access_key())
            .set("AWS_SESSION_TOKEN", given.session_token())
            // As `aws configure export-credentials --format env` tells it.
            .set("AWS_CREDENTIAL_EXPIRATION", &given.expiration().to_string());
        Shop { shell, ..shop }
    };
    let shop = session(shop).await;
    // An hour is not enough for 75 minutes and the way back: it is not begun.
    let said = shop.ship(12, "2");
    for part in ["the credentials end at ", "nothing was changed", "--timeout "] {
        assert!(said.err.contains(part), "{part}: {}", said.err);
    }
    assert_eq!(calls(&shop, "UpdateService"), 0);
    // Where nobody says when they end, nobody can know.
    let shop = Shop { shell: shop.shell.set("AWS_CREDENTIAL_EXPIRATION", ""), ..shop };
    let said = shop.ship(8, "2");
    assert!(said.err.contains("it cannot be looked at") && said.err.contains("expired"), "{}", said.err);
    assert_eq!((calls(&shop, "StopServiceDeployment"), calls(&shop, "UpdateService")), (0, 1));
    // Its twenty minutes go by, and those of the next session slowly.
    wait(&shop, 30).await;
    let shop = session(Shop { pace: Duration::from_secs(5), ..shop }).await;
    resume(&shop, 0);
    assert_eq!(shop.revision().await, "web:2");
    assert_eq!(calls(&shop, "UpdateService"), 1, "it was judged, and not made again");
}

/// Complaint 37, <https://github.com/aws-actions/amazon-ecs-deploy-task-definition/issues/502>: "Too many concurrent
/// attempts to create a new revision" ends the job, since it is not called a throttle.
#[tokio::test]
async fn too_many_concurrent_attempts_end_the_job() {
    let shop = shop(&service());
    shop.sandbox.fault(Fault { times: 3, ..Fault::next("RegisterTaskDefinition", FaultKind::LimitExceeded) });
    shop.ship(0, "2");
    assert_eq!(calls(&shop, "RegisterTaskDefinition"), 4);
    assert_eq!(shop.revision().await, "web:2", "one revision, and no more");
}
