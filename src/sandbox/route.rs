//! From a request to the operation that it means, and from there to the service.

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::World;
use super::{
    cloudfront, cloudwatch, codedeploy, connect, dynamodb, ecr, ecs, elb, iam, kms, lambda, lex, logs,
};
use super::{s3, secretsmanager, ssm, sts};

/// Finds the operation. One that is not known is kept under a name of its own and answered with 501.
pub(crate) fn identify(call: &mut Call) {
    match call.service.as_str() {
        "cloudfront" => cloudfront::identify(call),
        "connect" => connect::identify(call),
        "lambda" => lambda::identify(call),
        "lex" => lex::identify(call),
        "s3" => s3::identify(call),
        "dynamodb" => {
            let target = call.header("x-amz-target").unwrap_or_default();
            call.operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            call.mutating = dynamodb::mutates(&call.operation);
        }
        "kms" | "ssm" | "secretsmanager" | "ecs" | "codedeploy" | "ecr" | "logs" => {
            let target = call.header("x-amz-target").unwrap_or_default();
            call.operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            call.mutating = match call.service.as_str() {
                "codedeploy" => codedeploy::mutates(&call.operation),
                "ecr" => ecr::mutates(&call.operation),
                "ecs" => ecs::mutates(&call.operation),
                "kms" => kms::mutates(&call.operation),
                "logs" => logs::mutates(&call.operation),
                "ssm" => ssm::mutates(&call.operation),
                _ => secretsmanager::mutates(&call.operation),
            };
        }
        "elasticloadbalancing" => {
            call.operation = elb::operation(call);
            call.mutating = elb::mutates(&call.operation);
        }
        "iam" => call.operation = iam::operation(call),
        "monitoring" => {
            call.operation = cloudwatch::operation(call);
            call.mutating = cloudwatch::mutates(&call.operation);
        }
        "sts" => call.operation = sts::operation(call),
        _ => {}
    }
    if call.operation.is_empty() {
        call.operation = format!("{} {}", call.method, call.path);
    }
}

/// Carries an operation out.
pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    // `identify` found no name for it.
    if call.operation.contains(' ') {
        return Err(Fail::not_implemented(&format!("{}: {}", call.service, call.operation)));
    }
    elb::attend(world);
    codedeploy::settle(world);
    match call.service.as_str() {
        "codedeploy" => codedeploy::dispatch(world, call),
        "cloudfront" => cloudfront::dispatch(world, call),
        "connect" => connect::dispatch(world, call),
        "ecr" => ecr::dispatch(world, call),
        "ecs" => ecs::dispatch(world, call),
        "elasticloadbalancing" => elb::dispatch(world, call),
        "iam" => iam::dispatch(world, call),
        "lambda" => lambda::dispatch(world, call),
        "lex" => lex::dispatch(world, call),
        "logs" => logs::dispatch(world, call),
        "monitoring" => cloudwatch::dispatch(world, call),
        "s3" => s3::dispatch(world, call),
        "dynamodb" => dynamodb::dispatch(world, call),
        "kms" => kms::dispatch(world, call),
        "secretsmanager" => secretsmanager::dispatch(world, call),
        "ssm" => ssm::dispatch(world, call),
        "sts" => sts::dispatch(world, call),
        other => Err(Fail::not_implemented(&format!("the service {other}"))),
    }
}

/// What a call is about, for the log.
pub(crate) fn resource_hint(call: &Call) -> String {
    match call.service.as_str() {
        "codedeploy" => codedeploy::hint(call),
        "connect" => connect::hint(call),
        "dynamodb" => dynamodb::hint(call),
        "elasticloadbalancing" => elb::hint(call),
        "lex" => lex::hint(call),
        "ecr" => ecr::hint(call),
        "iam" => iam::hint(call),
        "logs" => logs::hint(call),
        "monitoring" => cloudwatch::hint(call),
        "sts" => sts::hint(call),
        "ecs" => {
            let body = call.json().unwrap_or_default();
            let names = ["cluster", "service", "serviceName", "taskDefinition", "family", "task"].into_iter();
            names.filter_map(|name| body.get(name)?.as_str()).collect::<Vec<_>>().join("/")
        }
        // Names only: what else is in the body may be a secret.
        "kms" | "ssm" | "secretsmanager" => {
            let body = call.json().unwrap_or_default();
            let names = ["KeyId", "AliasName", "Name", "SecretId"].into_iter();
            names.filter_map(|name| body.get(name)?.as_str()).collect::<Vec<_>>().join("/")
        }
        _ => call.labels.join("/"),
    }
}
