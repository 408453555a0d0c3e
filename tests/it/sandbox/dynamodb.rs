//! DynamoDB through the Rust SDK.

use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use snapdeploy::sandbox::Sandbox;

use super::{DEV, dynamodb, small};

#[tokio::test]
async fn of_many_writers_one_wins() {
    let (scenario, _) = small();
    let sandbox = Sandbox::start(scenario).unwrap();
    let client = dynamodb(&sandbox, DEV);
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let put = |who: usize| {
        client
            .put_item()
            .table_name("ledger")
            .item("pk", text("lease"))
            .item("sk", text("prod"))
            .item("holder", AttributeValue::N(who.to_string()))
            .condition_expression("attribute_not_exists(pk)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
    };
    let results = futures::future::join_all((0..16).map(put)).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    let refused = results.into_iter().find_map(Result::err).unwrap().into_service_error();
    let PutItemError::ConditionalCheckFailedException(refused) = refused else { panic!("{refused:?}") };
    assert_eq!(refused.item().unwrap()["pk"], text("lease"));
    let found = client
        .query()
        .table_name("ledger")
        .key_condition_expression("pk = :p")
        .expression_attribute_values(":p", text("lease"))
        .send()
        .await
        .unwrap();
    assert_eq!(found.count(), 1);
}
