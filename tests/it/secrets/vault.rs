//! The vault: envelopes that only the environment's key opens, written once.

use std::sync::Arc;

use snapdeploy::aws::{Account, Keys, Sessions};
use snapdeploy::core::environment::Access;
use snapdeploy::core::objects::{Key, Objects};
use snapdeploy::core::secret::{Seal, Secret, Unkept, Vault};
use snapdeploy::core::select::Selection;
use snapdeploy::core::{Clock, ErrorKind, Pin, seal_key};
use snapdeploy::sandbox::{Fault, FaultKind, Sandbox};
use snapdeploy::store::{MemoryObjects, SealedVault};

use crate::world::{A, B, REGION, environment, scenario, sdk};

pub const VALUE: &str = "correct-horse-7-battery-staple";

/// A sandbox with the key `alias/snapdeploy` in both accounts, and the account of `dev`.
pub async fn dev() -> (Sandbox, Account) {
    let mut scenario = scenario();
    for account in [A, B] {
        scenario.account(account).key(REGION, "alias/snapdeploy");
    }
    scenario.account(A).key(REGION, "alias/other");
    let sandbox = Sandbox::start(scenario).unwrap();
    let sessions = Sessions::with(&Clock::scaled(2000), &sdk(&sandbox.endpoint()));
    let account = sessions.account(&environment("dev"), Access::Write).await.unwrap();
    (sandbox, account)
}

pub fn pin(instance: &str) -> Pin {
    format!("{A}.{REGION}.{instance}").parse().unwrap()
}

fn vault(objects: &MemoryObjects, account: &Account, alias: &str, instance: &str) -> SealedVault {
    let keys = Keys::new(account.clone(), alias);
    SealedVault::new(Arc::new(objects.clone()), keys, Seal::new([7; 32]), "acme", pin(instance))
}

fn secret() -> Secret {
    Seal::new([7; 32]).secret(VALUE)
}

#[tokio::test]
async fn what_is_kept_opens_again_and_is_written_once() {
    let (sandbox, account) = dev().await;
    let objects = MemoryObjects::new();
    let kept = vault(&objects, &account, "alias/snapdeploy", "dev");
    let (secret, fingerprint) = (secret(), secret().fingerprint());
    assert!(!kept.has(&fingerprint).await.unwrap() && kept.open(&fingerprint).await.unwrap().is_none());
    kept.keep(&secret).await.unwrap();
    let key = Key::new(format!("secrets/{}/{fingerprint}.json", pin("dev"))).unwrap();
    let bytes = objects.read(&key).await.unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("horse"));
    sandbox.clear_calls();
    kept.keep(&secret).await.unwrap();
    assert!(sandbox.calls().is_empty(), "what is kept is not kept again");
    assert_eq!(objects.read(&key).await.unwrap(), bytes);
    assert_eq!(kept.open(&fingerprint).await.unwrap().unwrap().reveal(), VALUE);
    // Another alias of the environment does not matter for what is kept: the envelope names its key.
    let other = vault(&objects, &account, "alias/other", "dev");
    assert_eq!(other.open(&fingerprint).await.unwrap(), Some(secret));
}

#[tokio::test]
async fn an_envelope_in_another_place_or_changed_does_not_open() {
    let (_sandbox, account) = dev().await;
    let objects = MemoryObjects::new();
    let kept = vault(&objects, &account, "alias/snapdeploy", "dev");
    let fingerprint = secret().fingerprint();
    kept.keep(&secret()).await.unwrap();
    let place = |instance: &str| Key::new(format!("secrets/{}/{fingerprint}.json", pin(instance))).unwrap();
    let bytes = objects.read(&place("dev")).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    // As it is, with its pin rewritten, and with a changed ciphertext.
    let moved = text.replace(&pin("dev").to_string(), &pin("third").to_string());
    let mut envelope: serde_json::Value = serde_json::from_str(&text).unwrap();
    let changed = envelope["nonce"].clone();
    envelope["nonce"] = "AAAAAAAAAAAAAAAA".into();
    assert_ne!(changed, envelope["nonce"]);
    let pinned = envelope.to_string().replace(&pin("dev").to_string(), &pin("fourth").to_string());
    for (instance, text, kind) in [
        ("second", text, ErrorKind::Corrupt),
        ("third", moved, ErrorKind::Failed),
        ("fourth", pinned, ErrorKind::Failed),
    ] {
        objects.create(&place(instance), text.into()).await.unwrap();
        let opened = vault(&objects, &account, "alias/snapdeploy", instance).open(&fingerprint).await;
        let error = opened.unwrap_err();
        assert_eq!(error.kind, kind, "{instance}: {}", error.message);
        assert!(!error.message.contains(VALUE));
    }
    let bent = MemoryObjects::new();
    bent.create(&place("dev"), envelope.to_string().into()).await.unwrap();
    let error = vault(&bent, &account, "alias/snapdeploy", "dev").open(&fingerprint).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Corrupt, "{}", error.message);
}

#[tokio::test]
async fn a_key_that_is_not_there_or_not_ours_is_said_and_throttling_is_waited_out() {
    let (sandbox, account) = dev().await;
    let objects = MemoryObjects::new();
    let error = vault(&objects, &account, "alias/none", "dev").keep(&secret()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(
        error.message.contains("alias/none") && error.hint.unwrap().contains("kms_key"),
        "{}",
        error.message
    );
    sandbox.fault(Fault::next("GenerateDataKey", FaultKind::AccessDenied));
    let kept = vault(&objects, &account, "alias/snapdeploy", "dev");
    assert_eq!(kept.keep(&secret()).await.unwrap_err().kind, ErrorKind::Denied);
    for kind in [FaultKind::Throttle, FaultKind::ServerError, FaultKind::DropAfter] {
        sandbox.fault(Fault::next("GenerateDataKey", kind));
    }
    kept.keep(&secret()).await.unwrap();
    sandbox.fault(Fault { times: 3, ..Fault::next("Decrypt", FaultKind::Throttle) });
    assert!(kept.open(&secret().fingerprint()).await.unwrap().is_some());
}

#[tokio::test]
async fn two_who_keep_the_same_value_at_once_agree() {
    let (_sandbox, account) = dev().await;
    let objects = MemoryObjects::new();
    let (a, b) = (
        vault(&objects, &account, "alias/snapdeploy", "dev"),
        vault(&objects, &account, "alias/other", "dev"),
    );
    let (one, two) = (secret(), secret());
    let (a_kept, b_kept) = tokio::join!(a.keep(&one), b.keep(&two));
    a_kept.unwrap();
    b_kept.unwrap();
    assert_eq!(a.open(&one.fingerprint()).await.unwrap(), Some(two));
}

#[tokio::test]
async fn the_key_of_fingerprints_is_made_once() {
    let objects = MemoryObjects::new();
    let (a, b) = tokio::join!(seal_key::seal(&objects), seal_key::seal(&objects));
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_eq!(a.secret(VALUE).fingerprint(), b.secret(VALUE).fingerprint());
    assert_eq!(seal_key::seal(&objects).await.unwrap().secret(VALUE), a.secret(VALUE));
    let other = seal_key::seal(&MemoryObjects::new()).await.unwrap();
    assert_ne!(other.secret(VALUE).fingerprint(), a.secret(VALUE).fingerprint());
    let bent = MemoryObjects::new();
    bent.create(&Key::new("secrets/key.json").unwrap(), "{}".into()).await.unwrap();
    assert_eq!(seal_key::seal(&bent).await.unwrap_err().kind, ErrorKind::Corrupt);
}

/// A key that was disabled, or that the role may not use any more, is noticed before a rollback needs it.
#[tokio::test]
async fn health_tries_one_of_the_envelopes() {
    let (sandbox, account) = dev().await;
    let bench = super::losses::Bench::new();
    let fake = super::fake::Fake::new("dev", Default::default());
    let kept = vault(&bench.objects, &account, "alias/snapdeploy", "dev");
    let health = async |vault: &dyn Vault| {
        let all = Selection::all();
        let checks = snapdeploy::core::health::health(&bench.means(&fake, vault), "me", &all).await.unwrap();
        checks.into_iter().find(|c| c.name == "kept secrets")
    };
    assert_eq!(health(&Unkept).await, None, "nothing is kept where nothing is to be");
    assert_eq!(health(&kept).await.unwrap().detail, "none is kept yet");
    kept.keep(&secret()).await.unwrap();
    let well = health(&kept).await.unwrap();
    assert!(well.healthy && well.detail == "one that was tried opens", "{well:?}");
    // What another environment keeps is none of this one's.
    let other = vault(&bench.objects, &account, "alias/snapdeploy", "other");
    assert_eq!(health(&other).await.unwrap().detail, "none is kept yet");
    sandbox.fault(Fault { times: 9, ..Fault::next("Decrypt", FaultKind::AccessDenied) });
    let bad = health(&kept).await.unwrap();
    assert!(!bad.healthy && bad.detail.contains("no rollback could put it back"), "{bad:?}");
    assert!(bad.problems[0].contains("Decrypt") && !format!("{bad:?}").contains(VALUE), "{bad:?}");
}
