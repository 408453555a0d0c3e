//! The text of a configuration to begin with.

use super::answers::{Answers, Place, Protection};

/// Returns the text of `snapdeploy.toml`.
pub(super) fn text(answers: &Answers) -> String {
    let mut out = format!(
        "# What each key means is in the README of snapdeploy.\n{}\n{}",
        line("project", &answers.project),
        line("store", &answers.store)
    );
    if let Some(region) = &answers.store_region {
        out.push_str(&line("store_region", region));
    }
    for place in &answers.places {
        out.push_str(&environment(place, &answers.project));
    }
    out
}

fn environment(place: &Place, project: &str) -> String {
    // A name that cannot be one is told by whoever reads the file, so it has to be there as it is.
    let plain =
        !place.name.is_empty() && place.name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    let name = if plain { place.name.clone() } else { toml::Value::String(place.name.clone()).to_string() };
    let mut out = format!("\n[environments.{name}]\n");
    let texts = [
        ("account", Some(&place.account)),
        ("region", Some(&place.region)),
        ("role_arn", place.role_arn.as_ref()),
        ("read_role_arn", place.read_role_arn.as_ref()),
        ("external_id", place.external_id.as_ref()),
        ("instance", Some(&place.instance)),
    ];
    for (key, value) in texts {
        out.extend(value.map(|value| line(key, value)));
    }
    if place.protection == Protection::Protected {
        out.push_str(&format!(
            "# A change asks for the phrase {project}/{}.\nprotected = true\n",
            place.name
        ));
    }
    out
}

fn line(key: &str, value: &str) -> String {
    format!("{key} = {}\n", toml::Value::String(value.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::config::check;

    #[test]
    fn what_is_written_reads_back_whatever_is_in_it() {
        let odd = "quote \" backslash \\ apostrophe ' tab \t";
        let place = Place {
            name: "dev".into(),
            account: "111111111111".into(),
            region: "eu-central-1".into(),
            role_arn: Some("arn:aws:iam::111111111111:role/x".into()),
            read_role_arn: None,
            external_id: Some(odd.into()),
            instance: "acme".into(),
            protection: Protection::Protected,
        };
        let answers = Answers {
            project: "acme".into(),
            store: "s3://acme/x".into(),
            store_region: Some("eu-central-1".into()),
            places: vec![place],
        };
        let config = check("snapdeploy.toml".as_ref(), &text(&answers), None).unwrap();
        let environment = config.environment("dev").unwrap();
        assert_eq!(environment.external_id.as_deref(), Some(odd));
        assert!(environment.protected && environment.read_role_arn.is_none());
    }
}
