//! A page: prose, scripts (```` ```sh ````), screens (```` ```text ````), files (```` ```toml ````), and what happens behind the scene
//! (`<!-- ... -->`).

use std::fmt;

/// A page, part by part.
pub(super) struct Page(pub(super) Vec<Part>);

/// A part of a page.
#[derive(Clone)]
pub(super) enum Part {
    /// Lines that are only read.
    Prose(String),
    /// What the reader types.
    Script(String),
    /// What the screen shows then.
    Screen(String),
    /// What the reader writes into a file.
    Toml(String),
    /// What somebody else does meanwhile, or what the reader does elsewhere.
    Behind(String),
}

impl Page {
    pub(super) fn read(text: &str) -> Page {
        let mut parts = Vec::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let mut block = || {
                let mut block = String::new();
                for line in lines.by_ref().take_while(|l| *l != "```") {
                    block.push_str(line);
                    block.push('\n');
                }
                block
            };
            let behind = line.strip_prefix("<!-- ").and_then(|l| l.strip_suffix(" -->"));
            parts.push(match (line, behind) {
                ("```sh", _) => Part::Script(block()),
                ("```text", _) => Part::Screen(block()),
                ("```toml", _) => Part::Toml(block()),
                (_, Some(words)) => Part::Behind(words.to_string()),
                (line, None) => Part::Prose(format!("{line}\n")),
            });
        }
        Page(parts)
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
            Part::Prose(line) => write!(f, "{line}"),
            Part::Script(script) => write!(f, "```sh\n{script}```\n"),
            Part::Screen(screen) => write!(f, "```text\n{screen}```\n"),
            Part::Toml(text) => write!(f, "```toml\n{text}```\n"),
            Part::Behind(words) => writeln!(f, "<!-- {words} -->"),
        })
    }
}
