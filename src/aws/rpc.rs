//! Calls in AWS JSON to services that have no client crate here: an operation or two each, and every crate costs
//! build time.
//!
//! They go through the SDK's own orchestrator, so that signing, credentials, clock, time limits, proxies and TLS are what
//! every other call has.
//!
//! Source: "AWS JSON 1.0 protocol" and "AWS JSON 1.1 protocol" (Smithy): POST to `/`, `X-Amz-Target: PREFIX.OPERATION`, errors told by
//! `X-Amzn-Errortype` or the body's `__type`; the prefixes and endpoints are in botocore's models (`targetPrefix`,
//! `endpointPrefix`) and its `endpoints.json`.

use aws_config::identity::IdentityCache;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::identity::{SharedIdentityCache, SharedIdentityResolver};
use aws_smithy_runtime_api::client::orchestrator::{
    HttpRequest, HttpResponse, OrchestratorError, SensitiveOutput,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::metadata::ErrorMetadata;
use aws_types::SigningName;
use aws_types::region::{Region, SigningRegion};
use serde_json::Value;

use super::endpoints;
use super::error::{Failure, Fate, classify};
use super::guard::Guard;
use super::identity_guard::IdentityGuard;
use super::pace::Patience;
use super::sending::Renewed;
use super::session::Account;
use crate::core::lease::SETTLE;
use crate::core::{Error, ErrorKind};

/// A service that is called this way.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// Its signing name.
    pub name: &'static str,
    /// The first labels of its host.
    pub host: &'static str,
    /// What stands before the operation in `X-Amz-Target`.
    pub target: &'static str,
    /// What a request's body is said to be.
    pub content: &'static str,
    /// What follows `AWS_ENDPOINT_URL_` in the variable that sends its calls elsewhere ("Service-specific endpoints",
    /// AWS SDKs and Tools reference guide).
    pub variable: &'static str,
}

const JSON_1_0: &str = "application/x-amz-json-1.0";
const JSON_1_1: &str = "application/x-amz-json-1.1";

/// Returns a service of AWS JSON 1.1 whose signing name is its host.
const fn plain(name: &'static str, target: &'static str, variable: &'static str) -> Service {
    Service { name, host: name, target, content: JSON_1_1, variable }
}

/// Key Management Service (botocore `kms/2014-11-01`).
pub const KMS: Service = plain("kms", "TrentService", "KMS");
/// Systems Manager (botocore `ssm/2014-11-06`).
pub const SSM: Service = plain("ssm", "AmazonSSM", "SSM");
/// Secrets Manager (botocore `secretsmanager/2017-10-17`).
pub const SECRETS_MANAGER: Service = plain("secretsmanager", "secretsmanager", "SECRETS_MANAGER");
/// Elastic Container Service (botocore `ecs/2014-11-13`).
pub const ECS: Service = plain("ecs", "AmazonEC2ContainerServiceV20141113", "ECS");
/// CodeDeploy (botocore `codedeploy/2014-10-06`).
pub const CODEDEPLOY: Service = plain("codedeploy", "CodeDeploy_20141006", "CODEDEPLOY");
/// Elastic Container Registry (botocore `ecr/2015-09-21`).
pub const ECR: Service =
    Service { host: "api.ecr", ..plain("ecr", "AmazonEC2ContainerRegistry_V20150921", "ECR") };
/// CloudWatch Logs (botocore `logs/2014-03-28`).
pub const LOGS: Service = plain("logs", "Logs_20140328", "CLOUDWATCH_LOGS");
/// CloudWatch (botocore `cloudwatch/2010-08-01`).
pub const CLOUDWATCH: Service =
    Service { content: JSON_1_0, ..plain("monitoring", "GraniteServiceVersion20100801", "CLOUDWATCH") };

/// How a service is spoken to: what goes round the body of a request, and how an answer is read.
pub(super) struct Speech {
    /// The signing name.
    pub name: &'static str,
    /// The region that is signed for, where that is not the one of the configuration.
    pub region: Option<&'static str>,
    /// Where to.
    pub endpoint: String,
    /// What the body is said to be.
    pub content: &'static str,
    /// `X-Amz-Target`, where there is one.
    pub target: Option<String>,
    /// How it is asked: the method and the path.
    pub line: (&'static str, String),
    /// Reads the answer.
    pub answer: Reader,
}

/// What reads an answer.
type Reader = fn(&HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>>;

/// What calls of this sort are sent with, for one account and region. Clones share the credentials.
#[derive(Clone, Debug)]
pub struct Rpc {
    config: SdkConfig,
    /// The role is assumed once for all calls.
    identities: SharedIdentityCache,
    /// `None` where calls belong to no environment: those to the store's own services.
    identity: Option<IdentityGuard>,
}

impl Rpc {
    /// Returns what sends as `config` says, which names a region, and nothing that `identity` stops.
    pub(super) fn new(config: &SdkConfig, identity: Option<IdentityGuard>) -> Rpc {
        let identities = config.identity_cache().unwrap_or_else(|| IdentityCache::lazy().build());
        Rpc { config: config.clone(), identities, identity }
    }

    /// Returns what sends to `region` instead.
    fn in_region(&self, region: &str) -> Rpc {
        let config = self.config.to_builder().region(Region::new(region.to_string())).build();
        Rpc {
            config,
            identities: self.identities.clone(),
            identity: self.identity.as_ref().map(|i| i.in_region(region)),
        }
    }

    /// Sends `operation` of `service` once, and returns the answer; null where the service has nothing to say.
    pub async fn once(
        &self,
        service: &Service,
        operation: &'static str,
        body: &Value,
    ) -> Result<Value, Failure> {
        self.send(service, operation, body.to_string(), None, answer_if_any).await
    }

    /// Returns the region of the calls.
    pub(super) fn region(&self) -> &str {
        self.config.region().map_or("", |region| region.as_ref())
    }

    /// Returns where the service is that `variable` is of: where the process's environment, a profile or the configuration
    /// says, else `host`.
    pub(super) fn endpoint(&self, variable: &str, host: impl FnOnce() -> String) -> String {
        let own = endpoints::of_service(&self.config, variable);
        own.or_else(|| self.config.endpoint_url().map(str::to_string)).unwrap_or_else(host)
    }

    /// Returns AWS's own host for `labels` in the region of the calls.
    pub(super) fn host(&self, labels: &str) -> String {
        let region = self.region();
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let fips = if self.config.use_fips() == Some(true) { "-fips" } else { "" };
        format!("https://{labels}{fips}.{region}.{suffix}")
    }

    /// Sends `operation` of `service` once and returns the answer.
    async fn send(
        &self,
        service: &Service,
        operation: &'static str,
        body: String,
        guard: Option<Guard>,
        answer: Reader,
    ) -> Result<Value, Failure> {
        let speech = Speech {
            name: service.name,
            region: None,
            endpoint: self.endpoint(service.variable, || self.host(service.host)),
            content: service.content,
            target: Some(format!("{}.{operation}", service.target)),
            line: ("POST", "/".into()),
            answer,
        };
        self.speak(speech, operation, body, guard).await
    }

    /// Sends `operation` once and returns the answer.
    pub(super) async fn speak(
        &self,
        speech: Speech,
        operation: &'static str,
        body: String,
        guard: Option<Guard>,
    ) -> Result<Value, Failure> {
        let Some((region, credentials)) = self.config.region().zip(self.config.credentials_provider()) else {
            let error = Error::new(ErrorKind::Denied, format!("{operation}: there are no credentials"));
            return Err(Failure { error, fate: Fate::Refused });
        };
        let mut layer = Layer::new("snapdeploy");
        layer.store_put(SigV4OperationSigningConfig {
            region: Some(SigningRegion::from(speech.region.map_or(region.clone(), Region::from_static))),
            name: Some(SigningName::from(speech.name)),
            ..SigV4OperationSigningConfig::default()
        });
        layer.store_put(AuthSchemeOptionResolverParams::new(()));
        layer.store_put(SensitiveOutput);
        let schemes = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
        let components = RuntimeComponentsBuilder::new("snapdeploy")
            .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
            .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(schemes)))
            .with_identity_cache(Some(self.identities.clone()))
            .with_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials));
        let limits = || TimeoutConfig::builder().operation_attempt_timeout(SETTLE).build();
        let (content, target, (method, path)) = (speech.content, speech.target, speech.line);
        let mut builder = Operation::builder()
            .service_name(speech.name)
            .operation_name(operation)
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&speech.endpoint)
            .timeout_config(self.config.timeout_config().cloned().unwrap_or_else(limits))
            .no_retry()
            .runtime_plugin(
                StaticRuntimePlugin::new().with_config(layer.freeze()).with_runtime_components(components),
            );
        if let Some(client) = self.config.http_client() {
            builder = builder.http_client(client);
        }
        if let Some(time) = self.config.time_source() {
            builder = builder.time_source(time);
        }
        if let Some(sleep) = self.config.sleep_impl() {
            builder = builder.sleep_impl(sleep);
        }
        if let Some(identity) = &self.identity {
            builder = builder.interceptor(identity.clone());
        }
        if let Some(guard) = guard {
            builder = builder.interceptor(guard);
        }
        let sending = builder
            .serializer(move |body: String| {
                let mut request = HttpRequest::new(SdkBody::from(body.as_str()));
                request.set_method(method)?;
                request.set_uri(path.as_str())?;
                let headers = request.headers_mut();
                headers.insert("content-type", content);
                if let Some(target) = &target {
                    headers.insert("x-amz-target", target.clone());
                }
                headers.insert("content-length", body.len().to_string());
                Ok(request)
            })
            .deserializer(speech.answer)
            .build();
        let answer = sending.invoke(body).await.map_err(|e| classify(operation, e))?;
        tracing::debug!(operation, "answered");
        Ok(answer)
    }
}

/// Returns the body of an answer, or the error that it tells of.
fn answer(response: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let bytes = response.body().bytes().unwrap_or_default();
    let value = serde_json::from_slice::<Value>(bytes);
    if response.status().is_success() {
        // What cannot be read is not quoted: it may hold the very secret that was asked for.
        return value.map_err(|_| OrchestratorError::other("the answer is not JSON"));
    }
    let value = value.unwrap_or_default();
    let said = response.headers().get("x-amzn-errortype").or_else(|| value["__type"].as_str());
    // `com.amazonaws.kms#NotFoundException:http://...`: the name is between `#` and `:`.
    let code = said.and_then(|s| s.split(':').next()).and_then(|s| s.rsplit('#').next()).unwrap_or("no code");
    let message = value["message"].as_str().or_else(|| value["Message"].as_str()).unwrap_or_default();
    Err(OrchestratorError::operation(ErrorMetadata::builder().code(code).message(message).build()))
}

/// Returns the body of an answer, or the error that it tells of; null where it has none: `CreateLogStream` has no response
/// elements ("an HTTP 200 response with an empty HTTP body").
fn answer_if_any(response: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    match response.body().bytes() {
        Some([]) if response.status().is_success() => Ok(Value::Null),
        _ => answer(response),
    }
}

impl Account {
    /// Returns what asks services without a client of their own in `region`: an image may be in another one.
    pub fn in_region(&self, region: &str) -> Account {
        Account { rpc: self.rpc.in_region(region), ..self.clone() }
    }

    /// Sends a read until there is an answer or a refusal, or patience ends. It is not paced: what is asked this way has
    /// quotas of tens to thousands of calls a second ("Service quotas" of KMS, Systems Manager and Secrets Manager).
    pub async fn ask(
        &self,
        service: &Service,
        operation: &'static str,
        body: &Value,
    ) -> Result<Value, Failure> {
        let mut patience = Patience::new(&self.clock);
        let mut renewed = Renewed::default();
        loop {
            let failure = match self.rpc.send(service, operation, body.to_string(), None, answer).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if self.renews(&mut renewed, &failure).await {
                continue;
            }
            let throttled = failure.fate == Fate::Later;
            let passes =
                throttled || (failure.fate == Fate::Unknown && failure.error.kind == ErrorKind::Unavailable);
            if !passes || !patience.wait(throttled).await {
                return Err(failure);
            }
        }
    }

    /// Sends a call that changes something, once, unless `guard` stops it.
    pub async fn tell(
        &self,
        service: &Service,
        operation: &'static str,
        body: &Value,
        guard: Guard,
    ) -> Result<Value, Failure> {
        let send =
            async || self.rpc.send(service, operation, body.to_string(), Some(guard.clone()), answer).await;
        let mut answer = send().await;
        if let Err(failure) = &answer
            && self.renews(&mut Renewed::default(), failure).await
        {
            // It was not let in, so it had no effect.
            answer = send().await;
        }
        match guard.has_stopped_it() {
            false => answer,
            true => {
                let message = format!("{operation} was not sent: it is too late");
                Err(Failure { error: Error::new(ErrorKind::Unavailable, message), fate: Fate::Later })
            }
        }
    }
}
