//! DescribeServices and ListServices.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, invalid, no_cluster};
use super::held::last;
use super::service::Life;
use super::service_show;
use super::tags;

/// How many services one DescribeServices takes.
const MOST: usize = 10;

pub(crate) fn describe(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let asked = ask.texts("services");
    if asked.is_empty() {
        return Err(invalid("Services cannot be empty."));
    }
    if asked.len() > MOST {
        return Err(invalid(format!("Services cannot have more than {MOST} elements.")));
    }
    let cluster = ask.place.cluster(&ask.cluster_name()).ok_or_else(no_cluster)?;
    let (mut services, mut failures) = (Vec::new(), Vec::new());
    for one in asked {
        match cluster.services.get(last(&one)) {
            Some(service) => {
                let mut shown = service_show::show(service, &cluster.tasks, &ask.rules);
                if ask.includes("include", "TAGS") {
                    shown["tags"] = tags::show(&service.tags);
                }
                services.push(shown);
            }
            None => {
                let arn = format!("{}/{}", cluster.arn.replace(":cluster/", ":service/"), last(&one));
                failures.push(json!({"arn": arn, "reason": "MISSING"}));
            }
        }
    }
    Ok(json!({"services": services, "failures": failures}))
}

pub(crate) fn list(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let cluster = ask.place.cluster(&ask.cluster_name()).ok_or_else(no_cluster)?;
    let (launch, strategy) = (ask.text("launchType"), ask.text("schedulingStrategy"));
    let fits = |service: &&super::service::Service| {
        let is = |name: &str, wanted: Option<&str>| {
            wanted.is_none_or(|wanted| service.settings.get(name).and_then(Value::as_str) == Some(wanted))
        };
        service.life != Life::Inactive && is("launchType", launch) && is("schedulingStrategy", strategy)
    };
    let arns = cluster.services.values().filter(fits).map(|service| json!(service.arn)).collect();
    ask.page("serviceArns", arns, 10)
}
