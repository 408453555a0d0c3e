//! DeleteService.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::ask::{Ask, invalid, no_service};
use super::launch;
use super::service::Life;
use super::service_deployment::Status;
use super::service_show;

pub(crate) fn delete(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    let force = ask.flag("force");
    let (now, rules) = (ask.now, ask.rules);
    let service = ask.service()?;
    match service.life {
        Life::Active => {}
        Life::Draining | Life::Inactive => return Err(no_service()),
    }
    if service.desired > 0 && !force {
        return Err(invalid("The service cannot be stopped while it is scaled above 0."));
    }
    service.life = Life::Draining;
    service.desired = 0;
    if let Some(current) = service.history.last_mut().filter(|one| !one.status.over()) {
        launch::end(current, Status::Stopped, Some("The service was deleted."), now);
    }
    let name = service.name.clone();
    let cluster = ask.cluster()?;
    let shown =
        cluster.services.get(&name).map(|service| service_show::show(service, &cluster.tasks, &rules));
    Ok(json!({"service": shown}))
}
