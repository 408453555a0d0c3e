//! Endpoints that the settings of AWS's own tools name in place of AWS's: a variable for one service, or the `services` section
//! of a profile.
//!
//! Source: "Service-specific endpoints", AWS SDKs and Tools reference guide.

use aws_config::SdkConfig;
use aws_types::service_config::ServiceConfigKey;

/// The services that are called, as that guide calls them.
const SERVICES: [&str; 19] = [
    "CLOUDFRONT",
    "CLOUDWATCH",
    "CLOUDWATCH_LOGS",
    "CODEDEPLOY",
    "CONNECT",
    "DYNAMODB",
    "ECR",
    "ECS",
    "ELASTIC_LOAD_BALANCING_V2",
    "IAM",
    "KMS",
    "LAMBDA",
    "LEX_MODELS_V2",
    "S3",
    "SECRETS_MANAGER",
    "SSM",
    "SSO",
    "SSO_OIDC",
    "STS",
];

/// Returns where the settings in `config` say that `service` is, if they say it of that one.
pub(super) fn of_service(config: &SdkConfig, service: &str) -> Option<String> {
    let variable = format!("AWS_ENDPOINT_URL_{service}");
    if let Some(url) = std::env::var(variable).ok().filter(|url| !url.is_empty()) {
        return Some(url);
    }
    // What snapdeploy.toml says is for all of them.
    if config.get_origin("endpoint_url").is_client_config() {
        return None;
    }
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    let url = config.service_config()?.load_config(key.build().ok()?)?;
    // What is said of no service is found there too.
    Some(url).filter(|url| !url.is_empty() && Some(url.as_str()) != config.endpoint_url())
}

/// Returns the services that the settings send elsewhere one by one, each with where.
pub(super) fn all(config: &SdkConfig) -> Vec<(&'static str, String)> {
    SERVICES.into_iter().filter_map(|service| Some((service, of_service(config, service)?))).collect()
}
