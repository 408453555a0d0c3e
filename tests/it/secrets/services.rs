//! The sandbox's KMS, Parameter Store and Secrets Manager, asked by snapdeploy's own calls.

use serde_json::{Value, json};
use snapdeploy::aws::{Account, Fate, Guard, KMS, SECRETS_MANAGER, SSM, Service};
use snapdeploy::core::ErrorKind;

use super::vault::dev;

async fn code(account: &Account, service: &Service, operation: &'static str, body: Value) -> String {
    match account.ask(service, operation, &body).await {
        Ok(answer) => format!("no error: {answer}"),
        Err(failure) => failure.error.code.map_or(failure.error.message, Into::into),
    }
}

#[tokio::test]
async fn what_is_encrypted_opens_with_its_context_alone() {
    let (_sandbox, account) = dev().await;
    let context = json!({ "a": "1", "b": "2" });
    let made = json!({ "KeyId": "alias/snapdeploy", "KeySpec": "AES_256", "EncryptionContext": context });
    let made = account.ask(&KMS, "GenerateDataKey", &made).await.unwrap();
    let blob = &made["CiphertextBlob"];
    let opened = json!({ "CiphertextBlob": blob, "EncryptionContext": { "b": "2", "a": "1" } });
    let opened = account.ask(&KMS, "Decrypt", &opened).await.unwrap();
    assert_eq!((&opened["Plaintext"], &opened["KeyId"]), (&made["Plaintext"], &made["KeyId"]));
    for (body, expected) in [
        (json!({ "CiphertextBlob": blob }), "InvalidCiphertextException"),
        (json!({ "CiphertextBlob": blob, "EncryptionContext": { "a": "1" } }), "InvalidCiphertextException"),
        (
            json!({ "CiphertextBlob": blob, "EncryptionContext": context, "KeyId": "alias/other" }),
            "IncorrectKeyException",
        ),
        (json!({ "CiphertextBlob": "AAAA", "EncryptionContext": context }), "InvalidCiphertextException"),
    ] {
        assert_eq!(code(&account, &KMS, "Decrypt", body.clone()).await, expected, "{body}");
    }
    let both = json!({ "KeyId": "alias/snapdeploy", "KeySpec": "AES_256", "NumberOfBytes": 32 });
    assert_eq!(code(&account, &KMS, "GenerateDataKey", both).await, "ValidationException");
    let failure = account.ask(&KMS, "DescribeKey", &json!({ "KeyId": "alias/none" })).await.unwrap_err();
    assert_eq!(failure.error.kind, ErrorKind::NotFound);
    let foreign = json!({ "KeyId": "arn:aws:kms:us-east-1:999999999999:key/x" });
    assert_eq!(code(&account, &KMS, "DescribeKey", foreign).await, "AccessDeniedException");
}

#[tokio::test]
async fn parameters_have_versions_and_are_decrypted_where_that_is_asked() {
    let (_sandbox, account) = dev().await;
    let until = account.clock.now() + std::time::Duration::from_secs(60_000);
    let tell = async |service: &Service, operation: &'static str, body: Value| {
        account.tell(service, operation, &body, Guard::new(until, &account.clock)).await
    };
    let put = |value: &str, overwrite: bool| json!({ "Name": "/a/b", "Value": value, "Type": "SecureString", "KeyId": "alias/snapdeploy", "Overwrite": overwrite });
    assert_eq!(tell(&SSM, "PutParameter", put("one", false)).await.unwrap()["Version"], 1);
    let again = tell(&SSM, "PutParameter", put("two", false)).await.unwrap_err();
    assert_eq!((again.error.code.as_deref(), again.fate), (Some("ParameterAlreadyExists"), Fate::Refused));
    assert_eq!(tell(&SSM, "PutParameter", put("two", true)).await.unwrap()["Version"], 2);
    let get = async |name: &str, decrypt: bool| {
        let body = json!({ "Name": name, "WithDecryption": decrypt });
        account.ask(&SSM, "GetParameter", &body).await.map(|a| a["Parameter"]["Value"].clone())
    };
    assert_eq!(get("/a/b", true).await.unwrap(), "two");
    assert_eq!(get("/a/b:1", true).await.unwrap(), "one");
    assert_ne!(get("/a/b", false).await.unwrap(), "two");
    assert_eq!(get("/a/none", true).await.unwrap_err().error.kind, ErrorKind::NotFound);
    assert_eq!(get("/a/b:9", true).await.unwrap_err().error.kind, ErrorKind::NotFound);
    let both = json!({ "Names": ["/a/b", "/a/none"], "WithDecryption": true });
    let both = account.ask(&SSM, "GetParameters", &both).await.unwrap();
    assert_eq!(
        (both["Parameters"][0]["Value"].as_str(), &both["InvalidParameters"]),
        (Some("two"), &json!(["/a/none"]))
    );
    tell(&SSM, "DeleteParameter", json!({ "Name": "/a/b" })).await.unwrap();
    assert!(get("/a/b", true).await.is_err());
    // A guard that is late sends nothing.
    let late = Guard::new(jiff::Timestamp::MIN, &account.clock);
    let failure = account.tell(&SSM, "PutParameter", &put("three", false), late).await.unwrap_err();
    assert_eq!(failure.fate, Fate::Later);
    assert!(get("/a/b", true).await.is_err());
}

#[tokio::test]
async fn secrets_have_versions_with_labels_that_move() {
    let (_sandbox, account) = dev().await;
    let until = account.clock.now() + std::time::Duration::from_secs(60_000);
    let tell = async |operation: &'static str, body: Value| {
        let guard = Guard::new(until, &account.clock);
        account.tell(&SECRETS_MANAGER, operation, &body, guard).await
    };
    let made = tell("CreateSecret", json!({ "Name": "app/db", "SecretString": "one" })).await.unwrap();
    tell("PutSecretValue", json!({ "SecretId": "app/db", "SecretString": "two" })).await.unwrap();
    let get = async |body: Value| account.ask(&SECRETS_MANAGER, "GetSecretValue", &body).await;
    assert_eq!(get(json!({ "SecretId": "app/db" })).await.unwrap()["SecretString"], "two");
    let previous = json!({ "SecretId": made["ARN"], "VersionStage": "AWSPREVIOUS" });
    assert_eq!(get(previous).await.unwrap()["SecretString"], "one");
    let first = json!({ "SecretId": "app/db", "VersionId": made["VersionId"] });
    assert_eq!(get(first).await.unwrap()["VersionStages"], json!(["AWSPREVIOUS"]));
    let there = tell("CreateSecret", json!({ "Name": "app/db" })).await.unwrap_err();
    assert_eq!(there.error.code.as_deref(), Some("ResourceExistsException"));
    tell("DeleteSecret", json!({ "SecretId": "app/db" })).await.unwrap();
    let marked = get(json!({ "SecretId": "app/db" })).await.unwrap_err();
    assert_eq!(marked.error.code.as_deref(), Some("InvalidRequestException"));
    assert_eq!(get(json!({ "SecretId": "none" })).await.unwrap_err().error.kind, ErrorKind::NotFound);
}
