//! The target: what a service is to be, in the environment's own terms.

use serde_json::{Map, Value};

use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::inventory::Inventory;
use crate::core::resolver::Resolver;
use crate::core::{Error, Result};
use crate::kinds::ecs::driver::Services;
use crate::kinds::ecs::fields::{CONTAINERS, DEFINITION};
use crate::kinds::ecs::state::Known;
use crate::kinds::merged::merged_all;

/// What a service is to be.
pub struct Target {
    /// The members of the service.
    pub service: Value,
    /// The members of its task definition: containers by name.
    pub definition: Value,
    /// The images that containers are to run, by digest where that is known.
    pub images: Vec<Wanted>,
    /// The id of the service, if it is there.
    pub id: String,
}

/// An image that a container is to run.
pub struct Wanted {
    /// The container.
    pub container: String,
    /// By digest, where that is known.
    pub image: String,
    /// As the task definition names it.
    pub written: Option<String>,
    /// Whether it is what its tag stands for now, since nobody knows what ran.
    pub guessed: bool,
}

impl Target {
    /// Returns what `to` is there.
    pub fn of(
        services: &Services,
        inventory: &Inventory,
        address: &Address,
        to: &Document,
    ) -> Result<Target> {
        let resolve = |part: &Map<String, Value>| -> Result<Value> {
            let resolver =
                Resolver { inventory, accounts: &services.values.accounts, vars: &services.values.vars };
            Ok(resolver.resolve(&Value::Object(part.clone()))?.0)
        };
        let (portable, local) = (resolve(&to.portable)?, resolve(&to.local)?);
        let (Value::Object(portable), Value::Object(local)) = (portable, local) else {
            return Err(Error::bug(format!("{address}: a part of a document is no object")));
        };
        let all = merged_all(&portable, &local);
        let known = Known::of(to);
        let mut images = Vec::new();
        let containers = portable.get(DEFINITION).map(|d| &d[CONTAINERS]);
        for (name, container) in containers.and_then(Value::as_object).into_iter().flatten() {
            let Some(image) = container["image"].as_str() else { continue };
            let written = known.written.get(name).and_then(Value::as_str).map(String::from);
            let guessed = known.guessed.contains(name);
            images.push(Wanted { container: name.clone(), image: image.to_string(), written, guessed });
        }
        Ok(Target {
            definition: all.get(DEFINITION).cloned().unwrap_or_default(),
            service: Value::Object(all),
            images,
            id: services.values.names.physical(address),
        })
    }

    /// Returns the text at `pointer` of the task definition.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.definition.pointer(pointer).and_then(Value::as_str).filter(|t| !t.is_empty())
    }

    /// Returns what deploys the service: `ECS` or `CODE_DEPLOY`.
    pub fn controller(&self) -> &str {
        self.service.pointer("/deploymentController/type").and_then(Value::as_str).unwrap_or("ECS")
    }

    /// Returns how ECS deploys it: `ROLLING`, `BLUE_GREEN`, `CANARY` or `LINEAR`.
    pub fn strategy(&self) -> &str {
        self.service.pointer("/deploymentConfiguration/strategy").and_then(Value::as_str).unwrap_or("ROLLING")
    }
}
