//! What an instance may use from outside: Lambda functions, Lex V2 bot aliases, approved origins.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids::Kind;
use super::super::lex::Bot;
use super::super::world::Account;
use super::env::Ask;
use super::input::{bad_request, invalid, not_found, required};
use super::instance;
use super::made::named;

/// What a request associates: the kind, its ARN (an origin's is itself) and its name in state dumps.
struct Asked {
    kind: Kind,
    arn: String,
    name: String,
}

/// The six Associate and Disassociate operations.
pub(crate) fn dispatch(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    instance::find(account, &ask.call.region, ask.call.label(0))?;
    let operation = ask.call.operation.as_str();
    let adds = operation.starts_with("Associate");
    let asked = match operation {
        "AssociateLambdaFunction" | "DisassociateLambdaFunction" => function(account, ask)?,
        "AssociateBot" | "DisassociateBot" => bot(account, ask)?,
        _ => origin(ask)?,
    };
    let instance = instance::find(account, &ask.call.region, ask.call.label(0))?;
    let key = (asked.kind, asked.arn.clone());
    let there = instance.resources.contains_key(&key);
    if adds {
        // assumed: switch associate_twice_refused
        if there && ask.env.associate_twice_refused {
            return Err(Fail::new(409, "ResourceConflictException", "A resource already has that name."));
        }
        if !there {
            instance.resources.insert(key, named(ask, asked.kind, &asked.arn, &asked.name));
        }
    } else if instance.resources.remove(&key).is_none() {
        // Assumed: what is not associated cannot be taken away. That a flow uses it does not matter: no error of these
        // operations says so.
        return Err(not_found(&asked.arn));
    }
    Ok(Answer::json(&json!({})))
}

/// A member of the body, or for DELETE of the query.
fn given<'a>(ask: &Ask<'a>, member: &str, parameter: &str, min: usize, max: usize) -> Result<&'a str, Fail> {
    if ask.call.method != "DELETE" {
        return required(ask.body, member, min, max);
    }
    let value = ask.call.param(parameter).unwrap_or_default();
    let fits = (min.max(1)..=max).contains(&value.chars().count());
    if fits {
        Ok(value)
    } else {
        Err(invalid(format!("{member} must have between {min} and {max} characters")))
    }
}

/// botocore FunctionArn: 1 to 140 characters. A function of the account must exist in the region of the instance
/// (assumed: else ResourceNotFoundException); one of another account is not looked at (assumed: switch
/// foreign_lambda_accepted). A version or alias at the end is kept and not looked at.
fn function(account: &Account, ask: &Ask<'_>) -> Result<Asked, Fail> {
    let arn = given(ask, "FunctionArn", "functionArn", 1, 140)?;
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", _, "lambda", region, owner, "function", name, rest @ ..] = parts.as_slice() else {
        return Err(invalid(format!("{arn} is not the ARN of a function")));
    };
    if *region != ask.call.region || rest.len() > 1 {
        return Err(invalid(format!("{arn} is not the ARN of a function in {}", ask.call.region)));
    }
    if ask.call.method != "DELETE" {
        let exists = if *owner == account.id {
            let plain = parts.iter().take(7).copied().collect::<Vec<_>>().join(":");
            account.functions.contains(&plain)
        } else {
            ask.env.foreign_lambda_accepted
        };
        if !exists {
            return Err(not_found(&format!("function {arn}")));
        }
    }
    let name = rest.first().map_or_else(|| (*name).to_owned(), |qualifier| format!("{name}#{qualifier}"));
    Ok(Asked { kind: Kind::Lambda, arn: arn.into(), name })
}

/// A Lex V2 alias (botocore AliasArn: 1 to 100 characters), which must exist (assumed: ResourceNotFoundException). The
/// operations have no InvalidParameterException.
fn bot(account: &Account, ask: &Ask<'_>) -> Result<Asked, Fail> {
    if ask.body.get("LexBot").is_some_and(|value| !value.is_null()) {
        return Err(Fail::not_implemented("Lex V1 bots"));
    }
    let arn = ask.body.get("LexV2Bot").and_then(|bot| bot.get("AliasArn")).and_then(Value::as_str);
    let arn = arn.filter(|arn| (1..=100).contains(&arn.chars().count()));
    let arn = arn.ok_or_else(|| bad_request("LexV2Bot.AliasArn must have between 1 and 100 characters"))?;
    let prefix = format!("arn:aws:lex:{}:{}:bot-alias/", ask.call.region, account.id);
    let ids = arn.strip_prefix(&prefix).and_then(|ids| ids.split_once('/'));
    let named = ids.and_then(|(bot, alias)| alias_name(account, &ask.call.region, bot, alias));
    let removing = ask.call.operation == "DisassociateBot";
    match named {
        Some(name) => Ok(Asked { kind: Kind::Bot, arn: arn.into(), name }),
        // A bot that is gone can still be taken off the list.
        None if removing => Ok(Asked { kind: Kind::Bot, arn: arn.into(), name: String::new() }),
        None => Err(not_found(&format!("bot alias {arn}"))),
    }
}

fn alias_name(account: &Account, region: &str, bot: &str, alias: &str) -> Option<String> {
    let found: &Bot = account.bots.iter().find(|known| known.region == region && known.id == bot)?;
    Some(format!("{}#{}", found.name, found.alias_name(alias)?))
}

/// botocore Origin: up to 267 characters. Assumed: a scheme and a host and nothing after it, as the administrator
/// guide's "Set up an allowlist for integrated applications" has them.
fn origin(ask: &Ask<'_>) -> Result<Asked, Fail> {
    let origin = given(ask, "Origin", "origin", 0, 267)?;
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    if host.is_none_or(|host| host.is_empty() || host.contains(['/', '*', ' '])) {
        return Err(invalid(format!("{origin} is not an origin such as https://example.com")));
    }
    Ok(Asked { kind: Kind::Origin, arn: origin.into(), name: origin.into() })
}
