//! References in scenario files, `<<arn:queue/Sales>>` and `<<id:flow/Main IVR>>`, replaced on load.

use serde_json::Value;

use super::ids::Kind;
use super::seed_instance::InstanceSeed;

/// Replaces the references in all strings; the error is the reference that names nothing.
pub(crate) fn fill(value: &mut Value, seed: &InstanceSeed, known: &[(Kind, String)]) -> Result<(), String> {
    match value {
        Value::String(text) => {
            if text.contains("<<") {
                *text = fill_text(text, seed, known)?;
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| fill(item, seed, known)),
        Value::Object(members) => members.values_mut().try_for_each(|member| fill(member, seed, known)),
        _ => Ok(()),
    }
}

fn fill_text(text: &str, seed: &InstanceSeed, known: &[(Kind, String)]) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("<<") {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let Some(end) = from.find(">>") else {
            return Err(format!("{from} has no >>"));
        };
        let reference = &from[2..end];
        out.push_str(
            &resolve(reference, seed, known).ok_or_else(|| format!("<<{reference}>> names nothing here"))?,
        );
        rest = &from[end + 2..];
    }
    out.push_str(rest);
    Ok(out)
}

fn resolve(reference: &str, seed: &InstanceSeed, known: &[(Kind, String)]) -> Option<String> {
    let plain = match reference {
        "account" => Some(&seed.instance.account),
        "region" => Some(&seed.instance.region),
        "instance" => Some(&seed.instance.id),
        "instance-arn" => Some(&seed.instance.arn),
        _ => None,
    };
    if let Some(plain) = plain {
        return Some(plain.clone());
    }
    let (form, address) = reference.split_once(':')?;
    let (word, name) = address.split_once('/')?;
    let kind = Kind::from_word(word)?;
    let there = if kind == Kind::Lambda { name.split('#').next()? } else { name };
    if !known.iter().any(|(known, name)| *known == kind && name == there) {
        return None;
    }
    match form {
        "id" => Some(seed.id_of(kind, name)),
        "arn" => Some(seed.arn_of(kind, name)),
        _ => None,
    }
}
