//! Who may do what in the simulated accounts, and which sessions were issued, for tests.

use std::collections::BTreeMap;

use super::server::Sandbox;
use super::world::Session;

impl Sandbox {
    /// The sessions that AssumeRole has issued: the ARN, the source identity and the tags of each, by access key.
    pub fn sessions(&self) -> Vec<(String, Option<String>, BTreeMap<String, String>)> {
        let world = self.shared.world();
        let one = |s: &Session| (s.caller.arn.clone(), s.source.clone(), s.tags.clone());
        world.sessions.values().map(one).collect()
    }

    /// Lets a role of the account, or its users where none is named, do what these IAM actions (as `connect:CreateQueue`)
    /// allow, and nothing else. Resources and conditions of policies are not looked at.
    ///
    /// Errors: there is no such account or role.
    pub fn allow(&self, account: &str, role: Option<&str>, actions: &[String]) -> Result<(), String> {
        let mut world = self.shared.world();
        let held = world.accounts.get_mut(account).ok_or_else(|| format!("there is no account {account}"))?;
        let list = match role {
            Some(name) => {
                &mut held.roles.get_mut(name).ok_or_else(|| format!("there is no role {name}"))?.allow
            }
            None => &mut held.allow,
        };
        *list = Some(actions.iter().cloned().collect());
        Ok(())
    }
}
