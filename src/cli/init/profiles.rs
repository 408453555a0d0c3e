//! The profiles that every AWS tool on this machine has.

use std::path::PathBuf;

/// Returns the names of the profiles in the shared configuration and credentials files, in their order, each once.
///
/// Source: AWS SDKs and Tools Reference Guide, "Location of the shared config and credentials files" and "Format of the
/// shared config file": `[default]` and `[profile NAME]` in the one, `[NAME]` in the other.
pub(super) fn profiles(variable: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let home = variable("HOME").or_else(|| variable("USERPROFILE"));
    let file = |name: &str, usual: &str| {
        let path = variable(name).map(PathBuf::from);
        let path = path.or_else(|| home.as_ref().map(|home| PathBuf::from(home).join(".aws").join(usual)));
        path.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
    };
    let mut found: Vec<String> = Vec::new();
    let configured = sections(&file("AWS_CONFIG_FILE", "config"));
    let configured = configured.iter().filter_map(|section| match section.as_str() {
        "default" => Some("default"),
        other => other.strip_prefix("profile ").map(str::trim),
    });
    let kept = sections(&file("AWS_SHARED_CREDENTIALS_FILE", "credentials"));
    for name in configured.chain(kept.iter().map(String::as_str)) {
        if !found.iter().any(|known| known == name) {
            found.push(name.to_string());
        }
    }
    found
}

fn sections(text: &str) -> Vec<String> {
    let header = |line: &str| {
        let (name, _) = line.trim().strip_prefix('[')?.split_once(']')?;
        Some(name.trim().to_string())
    };
    text.lines().filter_map(header).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_of_both_files_are_found_once_each() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".aws")).unwrap();
        let config = "[default]\nregion = x\n[profile dev]\n[sso-session corp]\n[ profile  prod ] # ours\n";
        std::fs::write(home.path().join(".aws/config"), config).unwrap();
        std::fs::write(home.path().join("keys"), "[dev]\n[old]\n").unwrap();
        let variable = |name: &str| match name {
            "HOME" => Some(home.path().display().to_string()),
            "AWS_SHARED_CREDENTIALS_FILE" => Some(home.path().join("keys").display().to_string()),
            _ => None,
        };
        assert_eq!(profiles(&variable), ["default", "dev", "prod", "old"]);
        assert!(profiles(&|_| None).is_empty());
    }
}
