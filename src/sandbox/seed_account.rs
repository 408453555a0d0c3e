//! One account of a scenario.

use std::path::Path;

use serde_json::Value;

use super::clock;
use super::cloudwatch::AlarmSeed;
use super::codedeploy::DeploymentGroupSeed;
use super::dynamodb::Table;
use super::ecr::{ImageSeed, RepositorySeed};
use super::ecs;
use super::elb::BalancerSeed;
use super::lex::{self, BotSeed};
use super::secretsmanager::StoredSecret;
use super::seed::ScenarioError;
use super::seed_ecs::ServiceSeed;
use super::seed_instance::InstanceSeed;
use super::seed_lambda::{self, FunctionSeed};
use super::ssm::Parameter;
use super::world::Account;

/// An account, and what it starts with.
#[derive(Debug, Clone)]
pub struct AccountSeed {
    pub(crate) account: Account,
    pub(crate) instances: Vec<InstanceSeed>,
    /// Name and region.
    pub(crate) buckets: Vec<(String, String)>,
    /// Bucket, key, bytes and content type.
    pub(crate) objects: Vec<(String, String, Vec<u8>, String)>,
}

impl AccountSeed {
    pub(crate) fn new(id: &str) -> AccountSeed {
        let account = Account { id: id.into(), name: id.into(), ..Account::default() };
        AccountSeed { account, instances: Vec::new(), buckets: Vec::new(), objects: Vec::new() }
    }

    /// Gives the account a name, for state dumps.
    pub fn name(&mut self, name: &str) -> &mut AccountSeed {
        self.account.name = name.into();
        self
    }

    /// A role that anyone in the scenario may assume, if they know its external id.
    pub fn role(&mut self, name: &str, external_id: Option<&str>) -> &mut AccountSeed {
        let role = self.account.roles.entry(name.into()).or_default();
        role.external_id = external_id.map(str::to_owned);
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

    /// An object, in a bucket that was added before.
    pub fn object(&mut self, bucket: &str, key: &str, bytes: &[u8], content_type: &str) -> &mut AccountSeed {
        self.objects.push((bucket.into(), key.into(), bytes.to_vec(), content_type.into()));
        self
    }

    /// A distribution of CloudFront whose only origin is a bucket, below `path` (nothing, or `/PATH`).
    pub fn front(&mut self, id: &str, bucket: &str, path: &str) -> &mut AccountSeed {
        self.account.fronts.seed(id, bucket, path);
        self
    }

    /// Disables a distribution that was added before.
    pub fn disabled_front(&mut self, id: &str) -> &mut AccountSeed {
        self.account.fronts.disable(id);
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
        seed_lambda::ensure(&mut self.account.functions, &arn);
        arn
    }

    /// A symmetric KMS key with an alias (`alias/NAME`); its ARN.
    pub fn key(&mut self, region: &str, alias: &str) -> String {
        let account = self.account.id.clone();
        let (id, arn) = self.account.keys.make(&account, region, "", clock::SEEDED);
        self.account.keys.alias(region, alias, &id);
        arn
    }

    /// A KMS key of `ECC_NIST_P256` that signs, with an alias (`alias/NAME`); its ARN.
    pub fn signing_key(&mut self, region: &str, alias: &str) -> String {
        let account = self.account.id.clone();
        let (id, arn) = self.account.keys.make_signing(&account, region, "", clock::SEEDED);
        self.account.keys.alias(region, alias, &id);
        arn
    }

    /// A SecureString in the Parameter Store.
    pub fn parameter(&mut self, region: &str, name: &str, value: &str) -> &mut AccountSeed {
        self.account.parameters.insert((region.into(), name.into()), Parameter::seeded(value));
        self
    }

    /// A secret in Secrets Manager.
    pub fn secret(&mut self, region: &str, name: &str, value: &str) -> &mut AccountSeed {
        let secret = StoredSecret::seeded(&self.account.id, region, name, value);
        self.account.secrets.insert((region.into(), name.into()), secret);
        self
    }

    /// A repository of images.
    pub fn repository(&mut self, seed: RepositorySeed) -> &mut AccountSeed {
        self.account.images.seed_repository(&self.account.id, seed);
        self
    }

    /// An image, in a repository that is made where it is not there; its digest.
    pub fn image(&mut self, seed: ImageSeed) -> String {
        self.account.images.seed_image(&self.account.id, &seed)
    }

    /// An alarm.
    pub fn alarm(&mut self, seed: AlarmSeed) -> &mut AccountSeed {
        self.account.alarms.seed(seed);
        self
    }

    /// A log group.
    pub fn log_group(&mut self, region: &str, name: &str) -> &mut AccountSeed {
        self.account.logs.seed(region, name, clock::SEEDED);
        self
    }

    /// The same function, to be given code, settings, versions, aliases and permissions.
    pub fn function(&mut self, region: &str, name: &str) -> FunctionSeed<'_> {
        let arn = format!("arn:aws:lambda:{region}:{}:function:{name}", self.account.id);
        FunctionSeed::of(seed_lambda::ensure(&mut self.account.functions, &arn))
    }

    /// A version of a layer; its ARN.
    pub fn layer(&mut self, region: &str, name: &str, version: u64, files: &[(&str, &[u8])]) -> String {
        let arn = format!("arn:aws:lambda:{region}:{}:layer:{name}:{version}", self.account.id);
        self.account.functions.layers.insert(arn.clone(), seed_lambda::layer(name, files));
        arn
    }

    /// An enabled event source mapping of a function (`NAME` or `NAME:QUALIFIER`), with further members as
    /// CreateEventSourceMapping has them; its UUID.
    pub fn event_source(&mut self, region: &str, function: &str, source: &str, more: Value) -> String {
        seed_lambda::mapping(&mut self.account, region, function, source, more)
    }

    /// An Application Load Balancer with this name, added if it is new, to be given listeners and target groups.
    pub fn load_balancer(&mut self, region: &str, name: &str) -> BalancerSeed<'_> {
        BalancerSeed::of(&mut self.account.balancing, &self.account.id, region, name)
    }

    /// The same for a Network Load Balancer.
    pub fn network_balancer(&mut self, region: &str, name: &str) -> BalancerSeed<'_> {
        BalancerSeed::with_type(&mut self.account.balancing, &self.account.id, region, name, "network")
    }

    /// A deployment group of CodeDeploy for a service: `DgpECS-CLUSTER-SERVICE` of the application
    /// `AppECS-CLUSTER-SERVICE`, with the names of two target groups and the ARN of the listener of production traffic.
    pub fn deployment_group(
        &mut self,
        region: &str,
        (cluster, service): (&str, &str),
        target_groups: [&str; 2],
        listener: &str,
    ) -> DeploymentGroupSeed<'_> {
        let at = (self.account.id.as_str(), region);
        let held = &mut self.account.codedeploy;
        DeploymentGroupSeed::of(held, at, (cluster, service), target_groups, listener)
    }

    /// A cluster of ECS.
    pub fn cluster(&mut self, region: &str, name: &str) -> &mut AccountSeed {
        let id = self.account.id.clone();
        ecs::seed_cluster(&mut self.account.ecs, &id, region, name);
        self
    }

    /// A service of ECS that was deployed an hour ago, with its cluster and its task definition; its ARN, or nothing when
    /// ECS would not take such a task definition.
    pub fn service(&mut self, seed: &ServiceSeed) -> Option<String> {
        seed.add(&mut self.account)
    }

    /// What a function answers that is called as a lifecycle hook: one after the other, the last one from then on.
    pub fn hook(&mut self, region: &str, function: &str, answers: &[&str]) -> String {
        let arn = self.lambda(region, function);
        let place = self.account.ecs.regions.entry(region.into()).or_default();
        place.hooks.insert(arn.clone(), answers.iter().map(|one| (*one).to_owned()).collect());
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
