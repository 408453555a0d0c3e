//! S3 through the Rust SDK.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumMode, Delete, ObjectIdentifier};
use snapdeploy::sandbox::Sandbox;

use super::{DEV, s3, small};

#[tokio::test]
async fn put_if_absent_get_and_list() {
    let (scenario, _) = small();
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = s3(&sandbox, DEV);
    let put = |body: &'static [u8]| {
        client
            .put_object()
            .bucket("acme-store")
            .key("a/b")
            .if_none_match("*")
            .body(ByteStream::from_static(body))
            .send()
    };
    put(b"first").await.unwrap();
    assert_eq!(put(b"second").await.unwrap_err().code(), Some("PreconditionFailed"));
    let got = client.get_object().bucket("acme-store").key("a/b").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"first");
    let head = client.head_object().bucket("acme-store").key("a/b").checksum_mode(ChecksumMode::Enabled);
    let head = head.send().await.unwrap();
    assert_eq!(head.content_length(), Some(5));
    assert!(head.checksum_crc32().is_some());
    let list = client.list_objects_v2().bucket("acme-store").prefix("a/").send().await.unwrap();
    assert_eq!(list.contents()[0].key(), Some("a/b"));
    let wrong = client.put_object().bucket("acme-store").key("a/b").if_match("\"no\"").send().await;
    assert_eq!(wrong.unwrap_err().code(), Some("PreconditionFailed"));
    client.delete_object().bucket("acme-store").key("a/b").send().await.unwrap();
    assert_eq!(
        client.get_object().bucket("acme-store").key("a/b").send().await.unwrap_err().code(),
        Some("NoSuchKey")
    );
    assert_eq!(
        client.delete_bucket().bucket("acme-store").send().await.unwrap_err().code(),
        Some("NotImplemented")
    );
}

#[tokio::test]
async fn a_streamed_body_arrives_whole() {
    let (scenario, _) = small();
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = s3(&sandbox, DEV);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("body");
    let bytes: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    std::fs::write(&file, &bytes).unwrap();
    let body = ByteStream::from_path(&file).await.unwrap();
    client.put_object().bucket("acme-store").key("big").body(body).send().await.unwrap();
    let got = client.get_object().bucket("acme-store").key("big").send().await.unwrap();
    assert!(got.body.collect().await.unwrap().to_vec() == bytes);
}

/// Source: "How to perform conditional deletes", Amazon S3 User Guide.
#[tokio::test]
async fn what_is_deleted_by_its_etag_is_that_and_nothing_else() {
    for refuses in [true, false] {
        let (mut scenario, _) = small();
        scenario.switch("s3_delete_of_none_refused", &refuses.to_string()).unwrap();
        let sandbox = Sandbox::start(scenario).unwrap();
        let client = s3(&sandbox, DEV);
        let mut objects = Vec::new();
        for key in ["same", "other", "gone", "any"] {
            let put = client.put_object().bucket("acme-store").key(key).body(ByteStream::from_static(b"1"));
            let etag = put.send().await.unwrap().e_tag.filter(|_| key != "any");
            objects.push(ObjectIdentifier::builder().key(key).set_e_tag(etag).build().unwrap());
        }
        let other = client.put_object().bucket("acme-store").key("other").body(ByteStream::from_static(b"2"));
        other.send().await.unwrap();
        client.delete_object().bucket("acme-store").key("gone").send().await.unwrap();
        let all = Delete::builder().set_objects(Some(objects)).build().unwrap();
        let said = client.delete_objects().bucket("acme-store").delete(all).send().await.unwrap();
        let errors: Vec<_> = said.errors().iter().map(|e| (e.key().unwrap(), e.code().unwrap())).collect();
        let mut expected = vec![("other", "PreconditionFailed")];
        expected.extend(refuses.then_some(("gone", "NoSuchKey")));
        assert_eq!(errors, expected);
        let left = client.list_objects_v2().bucket("acme-store").send().await.unwrap();
        let left: Vec<_> = left.contents().iter().filter_map(|o| o.key()).collect();
        assert_eq!(left, ["other"]);
    }
}
