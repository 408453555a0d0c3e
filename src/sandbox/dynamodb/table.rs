//! Tables: their keys, their indexes, their items.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::super::clock;
use super::super::world::Account;
use super::{Item, invalid, only, value};

/// A key schema: partition key, and sort key if there is one.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) pk: String,
    pub(crate) sk: Option<String>,
}

/// What makes an item the same item: its key values as text.
pub(crate) type Key = (String, String);

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) keys: Keys,
    pub(crate) indexes: BTreeMap<String, Keys>,
    /// Attribute name and type (S, N or B).
    types: BTreeMap<String, String>,
    description: Map<String, Value>,
    pub(crate) items: BTreeMap<Key, Item>,
    /// Tokens of transactions: what was asked, and when.
    pub(crate) tokens: BTreeMap<String, (String, f64)>,
    /// How many more DescribeTable calls find it CREATING.
    pub(crate) creating: u64,
    /// DeletionProtectionEnabled.
    pub(crate) protected: bool,
    /// Point-in-time recovery: the days that it goes back, and since when it is on.
    pub(crate) recovery: Option<(u64, f64)>,
}

impl Table {
    /// A table of a scenario, with string keys.
    pub(crate) fn seeded(name: &str, arn: &str, pk: &str, sk: Option<&str>) -> Table {
        let keys = Keys { pk: pk.into(), sk: sk.map(str::to_owned) };
        let types =
            [Some(pk), sk].into_iter().flatten().map(|name| (name.to_owned(), "S".to_owned())).collect();
        let mut more = Map::new();
        more.insert("BillingModeSummary".into(), json!({"BillingMode": "PAY_PER_REQUEST"}));
        Table::new(name, arn, keys, BTreeMap::new(), types, more, 1_767_225_600.0)
    }

    fn new(
        name: &str,
        arn: &str,
        keys: Keys,
        indexes: BTreeMap<String, Keys>,
        types: BTreeMap<String, String>,
        more: Map<String, Value>,
        now: f64,
    ) -> Table {
        let schema = |keys: &Keys| {
            let mut list = vec![json!({"AttributeName": keys.pk, "KeyType": "HASH"})];
            list.extend(keys.sk.iter().map(|sk| json!({"AttributeName": sk, "KeyType": "RANGE"})));
            list
        };
        let definitions: Vec<Value> =
            types.iter().map(|(name, word)| json!({"AttributeName": name, "AttributeType": word})).collect();
        let mut description = more;
        description.insert("TableName".into(), json!(name));
        description.insert("TableArn".into(), json!(arn));
        description.insert("KeySchema".into(), json!(schema(&keys)));
        description.insert("AttributeDefinitions".into(), json!(definitions));
        description.insert("CreationDateTime".into(), clock::epoch(now));
        let listed: Vec<Value> = indexes
            .iter()
            .map(|(index, keys)| {
                json!({
                    "IndexName": index, "KeySchema": schema(keys), "Projection": {"ProjectionType": "ALL"},
                    "IndexStatus": "ACTIVE", "IndexArn": format!("{arn}/index/{index}"),
                })
            })
            .collect();
        if !listed.is_empty() {
            description.insert("GlobalSecondaryIndexes".into(), json!(listed));
        }
        Table {
            keys,
            indexes,
            types,
            description,
            items: BTreeMap::new(),
            tokens: BTreeMap::new(),
            creating: 0,
            protected: false,
            recovery: None,
        }
    }

    /// The `TableDescription` shape.
    pub(crate) fn describe(&self) -> Value {
        let mut out = self.description.clone();
        out.insert("TableStatus".into(), json!(if self.creating > 0 { "CREATING" } else { "ACTIVE" }));
        out.insert("DeletionProtectionEnabled".into(), json!(self.protected));
        out.insert("ItemCount".into(), json!(self.items.len()));
        out.insert("TableSizeBytes".into(), json!(0));
        Value::Object(out)
    }

    /// DescribeTable, which brings a table that is being created nearer to being there.
    pub(crate) fn describe_answer(&mut self) -> Value {
        let answer = json!({"Table": self.describe()});
        self.creating = self.creating.saturating_sub(1);
        answer
    }

    /// For state dumps: the items, in the order of their keys, and the settings.
    pub(crate) fn state(&self) -> Value {
        json!({
            "pk": self.keys.pk, "sk": self.keys.sk, "items": self.items.values().collect::<Vec<_>>(),
            "deletion_protection": self.protected, "recovery_days": self.recovery.map(|(days, _)| days),
        })
    }

    /// The names of the key attributes.
    pub(crate) fn key_names(&self) -> Vec<&str> {
        [Some(&self.keys.pk), self.keys.sk.as_ref()].into_iter().flatten().map(String::as_str).collect()
    }

    /// The key of a whole item.
    pub(crate) fn key_of_item(&self, item: &Item) -> Result<Key, Fail> {
        item.values().try_for_each(value::check)?;
        for (name, word) in &self.types {
            let wrong = item.get(name).and_then(value::parts).is_some_and(|(have, _)| have != word);
            if wrong {
                return Err(invalid(format!(
                    "One or more parameter values were invalid: Type mismatch for key {name} expected: {word}"
                )));
            }
        }
        // "Constraints": an item is at most 400 KB. Counted here on its JSON, which is a little more.
        if Value::Object(item.clone()).to_string().len() > 400 * 1024 {
            return Err(invalid("Item size has exceeded the maximum allowed size"));
        }
        let part = |name: &str| -> Result<String, Fail> {
            let found = item.get(name).ok_or_else(|| {
                invalid(format!(
                    "One or more parameter values were invalid: Missing the key {name} in the item"
                ))
            })?;
            key_text(name, found)
        };
        Ok((part(&self.keys.pk)?, self.keys.sk.as_deref().map(part).transpose()?.unwrap_or_default()))
    }

    /// A `Key` of a request: exactly the key attributes.
    pub(crate) fn key(&self, given: Option<&Value>) -> Result<Key, Fail> {
        let bad = || invalid("The provided key element does not match the schema");
        let given = given.and_then(Value::as_object).ok_or_else(bad)?;
        let names = self.key_names();
        if given.len() != names.len() || !names.iter().all(|name| given.contains_key(*name)) {
            return Err(bad());
        }
        self.key_of_item(given)
            .map_err(|fail| if fail.message.contains("Type mismatch") { bad() } else { fail })
    }
}

fn key_text(name: &str, found: &Value) -> Result<String, Fail> {
    let text = value::parts(found).and_then(|(_, content)| content.as_str()).unwrap_or_default();
    if text.is_empty() {
        return Err(invalid(format!(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: {name}"
        )));
    }
    Ok(text.to_owned())
}

/// The name of a table, which a request may also give as an ARN.
pub(crate) fn name(body: &Map<String, Value>) -> &str {
    let given = body.get("TableName").and_then(Value::as_str).unwrap_or_default();
    given.rsplit(":table/").next().unwrap_or(given)
}

/// The table that a request names.
pub(crate) fn find<'a>(
    account: &'a mut Account,
    region: &str,
    body: &Map<String, Value>,
) -> Result<&'a mut Table, Fail> {
    let name = name(body);
    account
        .tables
        .get_mut(&(region.to_owned(), name.to_owned()))
        .ok_or_else(|| Fail::new(400, "ResourceNotFoundException", "Requested resource not found"))
}

/// The table that a request for items names. "The resource ... might not be ACTIVE" is ResourceNotFoundException too.
pub(crate) fn ready<'a>(
    account: &'a mut Account,
    region: &str,
    body: &Map<String, Value>,
) -> Result<&'a mut Table, Fail> {
    let table = find(account, region, body)?;
    if table.creating > 0 {
        return Err(Fail::new(400, "ResourceNotFoundException", "Requested resource not found"));
    }
    Ok(table)
}

fn read_keys(schema: Option<&Value>) -> Result<Keys, Fail> {
    let bad = || invalid("The KeySchema must have one HASH and at most one RANGE key");
    let list = schema.and_then(Value::as_array).ok_or_else(bad)?;
    let of = |word: &str| {
        let element =
            list.iter().find(|element| element.get("KeyType").and_then(Value::as_str) == Some(word));
        element.and_then(|element| element.get("AttributeName")).and_then(Value::as_str).map(str::to_owned)
    };
    Ok(Keys { pk: of("HASH").ok_or_else(bad)?, sk: of("RANGE") })
}

/// What a CreateTable request may have.
const CREATE: &[&str] = &[
    "TableName",
    "KeySchema",
    "AttributeDefinitions",
    "GlobalSecondaryIndexes",
    "BillingMode",
    "ProvisionedThroughput",
    "DeletionProtectionEnabled",
];

/// CreateTable; the table is CREATING for some DescribeTable calls.
pub(crate) fn create(
    account: &mut Account,
    region: &str,
    body: &Map<String, Value>,
    now: f64,
    creating: u64,
) -> Result<Value, Fail> {
    only(body, "CreateTable", CREATE)?;
    let name = name(body);
    let fits = (3..=255).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
    if !fits {
        return Err(invalid("TableName must have 3 to 255 of the characters a-z, A-Z, 0-9, _, . and -"));
    }
    let place = (region.to_owned(), name.to_owned());
    if account.tables.contains_key(&place) {
        return Err(Fail::new(400, "ResourceInUseException", format!("Table already exists: {name}")));
    }
    // "BillingMode": PROVISIONED when absent, and then the throughput must be given.
    let on_demand = body.get("BillingMode").and_then(Value::as_str) == Some("PAY_PER_REQUEST");
    if !on_demand && !body.get("ProvisionedThroughput").is_some_and(Value::is_object) {
        return Err(invalid("No provisioned throughput specified for the table"));
    }
    let keys = read_keys(body.get("KeySchema"))?;
    let mut indexes = BTreeMap::new();
    for index in body.get("GlobalSecondaryIndexes").and_then(Value::as_array).into_iter().flatten() {
        let index_name = index.get("IndexName").and_then(Value::as_str).unwrap_or_default();
        indexes.insert(index_name.to_owned(), read_keys(index.get("KeySchema"))?);
    }
    let mut types = BTreeMap::new();
    for definition in body.get("AttributeDefinitions").and_then(Value::as_array).into_iter().flatten() {
        let part = |name: &str| definition.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        types.insert(part("AttributeName"), part("AttributeType"));
    }
    let needed =
        indexes.values().chain([&keys]).flat_map(|keys| [Some(&keys.pk), keys.sk.as_ref()]).flatten();
    for attribute in needed {
        if !types.contains_key(attribute) {
            return Err(invalid(format!(
                "One or more parameter values were invalid: {attribute} is not in AttributeDefinitions"
            )));
        }
    }
    let arn = format!("arn:aws:dynamodb:{region}:{}:table/{name}", account.id);
    let mut more = Map::new();
    more.insert(
        "BillingModeSummary".into(),
        json!({"BillingMode": if on_demand { "PAY_PER_REQUEST" } else { "PROVISIONED" }}),
    );
    if let Some(throughput) = body.get("ProvisionedThroughput").filter(|throughput| throughput.is_object()) {
        more.insert("ProvisionedThroughput".into(), throughput.clone());
    }
    let mut table = Table::new(name, &arn, keys, indexes, types, more, now);
    table.protected = body.get("DeletionProtectionEnabled").and_then(Value::as_bool).unwrap_or(false);
    table.creating = creating;
    let mut answer = json!({"TableDescription": table.describe()});
    // "CreateTable is an asynchronous operation ... immediately returns a response with a TableStatus of CREATING."
    answer["TableDescription"]["TableStatus"] = json!("CREATING");
    account.tables.insert(place, table);
    Ok(answer)
}
