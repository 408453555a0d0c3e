//! Service revisions: what a deployment was of, unchangeable.

use serde_json::{Map, Value, json};

use super::super::clock;

/// A service revision.
#[derive(Debug, Clone)]
pub(crate) struct ServiceRevision {
    pub(crate) arn: String,
    pub(crate) task_definition: String,
    /// What else of the service belongs to it: network, load balancers, launch type and so on.
    pub(crate) settings: Map<String, Value>,
    /// Container, image, and the digest once a task has pulled it.
    pub(crate) images: Vec<ContainerImage>,
    pub(crate) created: f64,
}

/// The image of a container in a service revision.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ContainerImage {
    pub(crate) container: String,
    pub(crate) image: String,
    pub(crate) digest: Option<String>,
}

impl ServiceRevision {
    /// As DescribeServiceRevisions has it.
    pub(crate) fn show(&self, service: &str, cluster: &str) -> Value {
        let mut out = self.settings.clone();
        out.insert("serviceRevisionArn".into(), json!(self.arn));
        out.insert("serviceArn".into(), json!(service));
        out.insert("clusterArn".into(), json!(cluster));
        out.insert("taskDefinition".into(), json!(self.task_definition));
        let images = self.images.iter().map(|one| {
            let mut image = json!({"containerName": one.container, "image": one.image});
            if let Some(digest) = &one.digest {
                image["imageDigest"] = json!(digest);
            }
            image
        });
        out.insert("containerImages".into(), images.collect());
        out.insert("guardDutyEnabled".into(), json!(false));
        out.insert("createdAt".into(), clock::epoch(self.created));
        Value::Object(out)
    }
}
