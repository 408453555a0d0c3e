//! What holds of every configuration, whatever its text: taken, or refused in one line that names the place.

use snapdeploy::cli::sound_configuration;
use snapdeploy::core::ErrorKind;

/// Fails unless `bytes` are a configuration, or are refused with the line and the column of what is wrong.
pub fn holds(bytes: &[u8]) {
    // A file that is no text is refused where it is read.
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Err(error) = sound_configuration(text) else {
        assert!(text.parse::<toml::Table>().is_ok(), "it is taken, and is no TOML");
        let more = format!("{text}\n# words\n");
        assert!(sound_configuration(&more).is_ok(), "a comment at its end makes it another one");
        return;
    };
    assert_eq!(error.kind, ErrorKind::Input, "{error:?}");
    assert!(!error.message.contains(|c: char| c.is_control()), "{error:?}");
    let place = error.message.strip_prefix("snapdeploy.toml:").unwrap_or_else(|| panic!("{error:?}"));
    let mut numbers = place.splitn(3, ':').map(|n| n.trim_start().parse::<usize>());
    let (Some(Ok(line)), Some(Ok(column))) = (numbers.next(), numbers.next()) else {
        panic!("no line and column: {error:?}")
    };
    let lines: Vec<&str> = text.split('\n').collect();
    assert!((1..=lines.len()).contains(&line), "line {line} of {}: {error:?}", lines.len());
    let there = lines[line - 1].chars().count();
    assert!((1..=there + 1).contains(&column), "column {column} of {there}: {error:?}");
}
