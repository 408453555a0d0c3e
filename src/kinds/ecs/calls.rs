//! The calls that read services, and how one that changes something is sent.
//!
//! Source: botocore's `ecs/2014-11-13` model: names, members, page sizes, how many are described at once.

use futures::future::try_join_all;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::aws::{Account, CODEDEPLOY, ECS, Failure, Fate, Guard, Service};
use crate::core::{Error, Result};

/// How many services, service deployments and tasks are described at once.
const SERVICES: usize = 10;
const DEPLOYMENTS: usize = 20;
const TASKS: usize = 100;

/// Reads and writes the services of one account in one region.
#[derive(Clone)]
pub struct Calls {
    /// The clients.
    pub account: Account,
}

/// Returns the cluster and the name of the service whose id is `id`: `CLUSTER/SERVICE`.
pub fn parts(id: &str) -> (&str, &str) {
    id.split_once('/').unwrap_or(("default", id))
}

impl Calls {
    /// Asks ECS, at the pace that its quota allows.
    pub async fn ask(&self, operation: &'static str, body: &Value) -> Result<Value> {
        self.account.pace.take(&format!("ecs:{operation}")).await;
        Ok(self.account.ask(&ECS, operation, body).await?)
    }

    /// Sends a call that changes something to ECS, once and before `until`.
    pub async fn tell(
        &self,
        operation: &'static str,
        body: &Value,
        until: Timestamp,
    ) -> Result<Value, Failure> {
        self.tell_to(&ECS, operation, body, until).await
    }

    /// Sends a call that changes something to CodeDeploy, once and before `until`.
    pub async fn tell_codedeploy(
        &self,
        operation: &'static str,
        body: &Value,
        until: Timestamp,
    ) -> Result<Value, Failure> {
        self.tell_to(&CODEDEPLOY, operation, body, until).await
    }

    async fn tell_to(
        &self,
        service: &Service,
        operation: &'static str,
        body: &Value,
        until: Timestamp,
    ) -> Result<Value, Failure> {
        self.account.pace.take(&format!("{}:{operation}", service.name)).await;
        let guard = Guard::new(until, &self.account.clock);
        self.account.tell(service, operation, body, guard).await.map_err(|failure| match failure.fate {
            // Source: deploy-peers 4.7: this one is no ThrottlingException, and passes all the same.
            Fate::Refused if failure.error.message.contains("Too many concurrent attempts") => {
                Failure { fate: Fate::Later, ..failure }
            }
            _ => failure,
        })
    }

    /// Returns the names of the clusters.
    pub async fn clusters(&self) -> Result<Vec<String>> {
        let arns = self.pages("ListClusters", "clusterArns", json!({ "maxResults": 100 })).await?;
        Ok(texts(&arns).filter_map(|arn| arn.rsplit('/').next()).map(String::from).collect())
    }

    /// Returns the names of the services of a cluster.
    pub async fn services(&self, cluster: &str) -> Result<Vec<String>> {
        let body = json!({ "cluster": cluster, "maxResults": 100 });
        let arns = self.pages("ListServices", "serviceArns", body).await?;
        Ok(texts(&arns).filter_map(|arn| arn.rsplit('/').next()).map(String::from).collect())
    }

    /// Reads the service whose id is `id`, with its tags. `NotFound` if it is not there, or is being deleted.
    ///
    /// Source: "DeleteService" of the API reference: one that is DRAINING or INACTIVE can still be described.
    pub async fn service(&self, id: &str) -> Result<Value> {
        let there = self.several(&[id.to_string()]).await?.into_iter().next();
        there.ok_or_else(|| Error::not_found(format!("DescribeServices: there is no service {id}")))
    }

    /// Reads the services of these ids that are there, in as few calls as it takes.
    pub async fn several(&self, ids: &[String]) -> Result<Vec<Value>> {
        let mut by_cluster: std::collections::BTreeMap<&str, Vec<&str>> = Default::default();
        for (cluster, name) in ids.iter().map(|id| parts(id)) {
            by_cluster.entry(cluster).or_default().push(name);
        }
        let mut bodies = Vec::new();
        for (cluster, names) in by_cluster {
            for some in names.chunks(SERVICES) {
                bodies.push(json!({ "cluster": cluster, "services": some, "include": ["TAGS"] }));
            }
        }
        let answers = try_join_all(bodies.iter().map(|body| self.ask("DescribeServices", body))).await?;
        let all = answers.into_iter().flat_map(|mut answer| array(answer["services"].take()));
        Ok(all.filter(|s| s["status"] == "ACTIVE").collect())
    }

    /// Reads a task definition, named by its ARN, by `family:revision` or by its family (then the newest that is ACTIVE):
    /// its members as they are, and its tags besides (`tags`).
    pub async fn task_definition(&self, which: &str) -> Result<Value> {
        let body = json!({ "taskDefinition": which, "include": ["TAGS"] });
        let mut answer = self.ask("DescribeTaskDefinition", &body).await?;
        let mut definition = answer["taskDefinition"].take();
        definition["tags"] = answer["tags"].take();
        Ok(definition)
    }

    /// Returns the ARNs of the ACTIVE revisions of a family, the newest first: `most` at most.
    pub async fn revisions(&self, family: &str, most: usize) -> Result<Vec<String>> {
        let body = json!({ "familyPrefix": family, "status": "ACTIVE", "sort": "DESC", "maxResults": most.min(100) });
        let arns = self.pages_until("ListTaskDefinitions", "taskDefinitionArns", body, most).await?;
        // Those of exactly this family: the name is called a prefix, and is the whole name in the API reference.
        let of_family = |arn: &&str| family_of(arn) == family;
        Ok(texts(&arns).filter(of_family).map(String::from).collect())
    }

    /// Returns the deployments of a service in short, the newest first: `most` at most. Those of 90 days are kept.
    pub async fn deployments_in_short(&self, id: &str, most: usize) -> Result<Vec<Value>> {
        let (cluster, service) = parts(id);
        let body = json!({ "cluster": cluster, "service": service, "maxResults": most.min(100) });
        let mut all = self.pages_until("ListServiceDeployments", "serviceDeployments", body, most).await?;
        let at = |v: &Value| v["createdAt"].as_f64().unwrap_or_default();
        all.sort_by(|a, b| at(b).total_cmp(&at(a)));
        Ok(all)
    }

    /// Reads service deployments by their ARNs; those that are not known any more are left out.
    pub async fn service_deployments(&self, arns: &[String]) -> Result<Vec<Value>> {
        self.described("DescribeServiceDeployments", "serviceDeploymentArns", "serviceDeployments", arns)
            .await
    }

    /// Reads service revisions by their ARNs; those that are not known any more are left out.
    pub async fn service_revisions(&self, arns: &[String]) -> Result<Vec<Value>> {
        self.described("DescribeServiceRevisions", "serviceRevisionArns", "serviceRevisions", arns).await
    }

    async fn described(
        &self,
        call: &'static str,
        asked: &str,
        member: &str,
        arns: &[String],
    ) -> Result<Vec<Value>> {
        let bodies: Vec<Value> = arns.chunks(DEPLOYMENTS).map(|some| json!({ asked: some })).collect();
        let answers = try_join_all(bodies.iter().map(|body| self.ask(call, body))).await?;
        Ok(answers.into_iter().flat_map(|mut answer| array(answer[member].take())).collect())
    }

    /// Reads the tasks of a service that are `RUNNING`, or that are `STOPPED`, as `status` says.
    pub async fn tasks(&self, id: &str, status: &str) -> Result<Vec<Value>> {
        let (cluster, service) = parts(id);
        let body = json!({ "cluster": cluster, "serviceName": service, "desiredStatus": status });
        let arns = self.pages("ListTasks", "taskArns", body).await?;
        let bodies = arns.chunks(TASKS).map(|some| json!({ "cluster": cluster, "tasks": some }));
        let bodies: Vec<Value> = bodies.collect();
        let answers = try_join_all(bodies.iter().map(|body| self.ask("DescribeTasks", body))).await?;
        Ok(answers.into_iter().flat_map(|mut answer| array(answer["tasks"].take())).collect())
    }

    /// Reads the tasks of a family that have stopped, as long as they are shown.
    pub async fn stopped_tasks(&self, cluster: &str, family: &str) -> Result<Vec<Value>> {
        let body = json!({ "cluster": cluster, "family": family, "desiredStatus": "STOPPED" });
        let arns = self.pages("ListTasks", "taskArns", body).await?;
        let bodies: Vec<Value> =
            arns.chunks(TASKS).map(|some| json!({ "cluster": cluster, "tasks": some })).collect();
        let answers = try_join_all(bodies.iter().map(|body| self.ask("DescribeTasks", body))).await?;
        Ok(answers.into_iter().flat_map(|mut answer| array(answer["tasks"].take())).collect())
    }

    async fn pages(&self, call: &'static str, member: &str, body: Value) -> Result<Vec<Value>> {
        self.pages_until(call, member, body, usize::MAX).await
    }

    /// Returns the items of a listing, page by page, until there are `most` or no more.
    async fn pages_until(
        &self,
        call: &'static str,
        member: &str,
        mut body: Value,
        most: usize,
    ) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        loop {
            let mut page = self.ask(call, &body).await?;
            items.extend(array(page[member].take()));
            let next = page["nextToken"].take();
            if items.len() >= most || next.as_str().is_none_or(str::is_empty) {
                items.truncate(most);
                return Ok(items);
            }
            if next == body["nextToken"] {
                return Err(Error::failed(format!("{call}: the next page is the same page again")));
            }
            body["nextToken"] = next;
        }
    }
}

/// Returns the family that `arn`, or `family:revision`, names.
pub fn family_of(arn: &str) -> &str {
    let last = arn.rsplit('/').next().unwrap_or(arn);
    last.rsplit_once(':').map_or(last, |(family, _)| family)
}

/// Returns the number of the revision that `arn`, or `family:revision`, names.
pub fn revision_of(arn: &str) -> Option<u64> {
    arn.rsplit_once(':')?.1.parse().ok()
}

fn array(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        _ => Vec::new(),
    }
}

fn texts(items: &[Value]) -> impl Iterator<Item = &str> {
    items.iter().filter_map(Value::as_str)
}
