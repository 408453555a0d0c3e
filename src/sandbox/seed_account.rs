//! One account of a scenario.

use std::path::Path;

use super::dynamodb::Table;
use super::lex::{self, BotSeed};
use super::seed::ScenarioError;
use super::seed_instance::InstanceSeed;
use super::world::{Account, Role};

/// An account, and what it starts with.
#[derive(Debug, Clone)]
pub struct AccountSeed {
    pub(crate) account: Account,
    pub(crate) instances: Vec<InstanceSeed>,
    /// Name and region.
    pub(crate) buckets: Vec<(String, String)>,
}

impl AccountSeed {
    pub(crate) fn new(id: &str) -> AccountSeed {
        let account = Account { id: id.into(), name: id.into(), ..Account::default() };
        AccountSeed { account, instances: Vec::new(), buckets: Vec::new() }
    }

    /// Gives the account a name, for state dumps.
    pub fn name(&mut self, name: &str) -> &mut AccountSeed {
        self.account.name = name.into();
        self
    }

    /// A role that anyone in the scenario may assume, if they know its external id.
    pub fn role(&mut self, name: &str, external_id: Option<&str>) -> &mut AccountSeed {
        let role = self.account.roles.entry(name.into()).or_default();
        *role = Role { external_id: external_id.map(str::to_owned), deny: std::mem::take(&mut role.deny) };
        self
    }

    /// Operations (as `connect:ListPrompts`) that a role of the account is refused.
    pub fn deny(&mut self, role: &str, operations: &[&str]) -> &mut AccountSeed {
        let role = self.account.roles.entry(role.into()).or_default();
        role.deny.extend(operations.iter().map(|operation| (*operation).to_owned()));
        self
    }

    /// The Connect instance with this region and alias, added if it is new.
    pub fn instance(&mut self, region: &str, alias: &str) -> &mut InstanceSeed {
        let known = |seed: &InstanceSeed| seed.instance.region == region && seed.instance.alias == alias;
        let at = self.instances.iter().position(known).unwrap_or_else(|| {
            self.instances.push(InstanceSeed::new(&self.account.id, region, alias));
            self.instances.len() - 1
        });
        &mut self.instances[at]
    }

    /// An empty bucket.
    pub fn bucket(&mut self, region: &str, name: &str) -> &mut AccountSeed {
        self.buckets.push((name.into(), region.into()));
        self
    }

    /// An empty table with the string keys `pk` and `sk`.
    pub fn table(&mut self, region: &str, name: &str) -> &mut AccountSeed {
        self.table_with(region, name, "pk", Some("sk"))
    }

    /// An empty table with string keys of these names.
    pub fn table_with(&mut self, region: &str, name: &str, pk: &str, sk: Option<&str>) -> &mut AccountSeed {
        let arn = format!("arn:aws:dynamodb:{region}:{}:table/{name}", self.account.id);
        self.account.tables.insert((region.into(), name.into()), Table::seeded(name, &arn, pk, sk));
        self
    }

    /// A Lambda function that no instance knows yet; its ARN.
    pub fn lambda(&mut self, region: &str, name: &str) -> String {
        let arn = format!("arn:aws:lambda:{region}:{}:function:{name}", self.account.id);
        self.account.functions.insert(arn.clone());
        arn
    }

    /// A small Lex V2 bot with one locale and version 1, and aliases for it.
    pub fn bot(&mut self, region: &str, name: &str, aliases: &[&str]) -> &mut AccountSeed {
        lex::add(&mut self.account.bots, lex::small(&self.account.id, region, name, aliases));
        self
    }

    /// A Lex V2 bot out of an export: a folder with its layout, or a `.zip`. All locales are built, and version 1 is of
    /// them. A bot of that name that is there already is replaced.
    ///
    /// Errors: the file at fault and what is wrong with it.
    pub fn bot_from(&mut self, region: &str, path: &Path) -> Result<BotSeed<'_>, ScenarioError> {
        let bot = lex::from_archive(&self.account.id, region, path)?;
        let id = bot.id.clone();
        self.account.bots.retain(|known| known.id != id);
        self.account.bots.push(bot);
        let lost = || ScenarioError { file: path.to_owned(), why: "the bot was not kept".into() };
        lex::seeded(&mut self.account.bots, &self.account.id, &id).ok_or_else(lost)
    }
}
