//! Filter patterns of unstructured events ("Filter pattern syntax", CloudWatch Logs User Guide): words, phrases, words
//! that may not be there, and words of which one has to be.

use super::super::answer::Fail;

/// A pattern.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    /// Reads one. Patterns of JSON, of columns and regular expressions are not in the sandbox.
    pub(super) fn of(text: &str) -> Result<Pattern, Fail> {
        if text.trim_start().starts_with(['{', '[', '%']) {
            return Err(Fail::not_implemented("filter patterns of JSON, columns and regular expressions"));
        }
        let mut pattern = Pattern::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (list, tail) = match rest.split_at_checked(1) {
                Some(("?", tail)) => (&mut pattern.any, tail),
                Some(("-", tail)) => (&mut pattern.none, tail),
                _ => (&mut pattern.all, rest),
            };
            let (term, tail) = match tail.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or_else(|| {
                    Fail::new(
                        400,
                        "InvalidParameterException",
                        "Invalid filter pattern: a quotation mark is not closed",
                    )
                })?,
                None => tail.split_once(char::is_whitespace).unwrap_or((tail, "")),
            };
            if !term.is_empty() {
                list.push(term.to_owned());
            }
            rest = tail.trim_start();
        }
        Ok(pattern)
    }

    /// Whether a message fits; "Filter patterns are case sensitive."
    pub(super) fn fits(&self, message: &str) -> bool {
        self.all.iter().all(|term| message.contains(term))
            && (self.any.is_empty() || self.any.iter().any(|term| message.contains(term)))
            && !self.none.iter().any(|term| message.contains(term))
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn the_examples_of_the_guide() {
        let lines =
            ["[ERROR 400] BAD REQUEST", "[ERROR 401] UNAUTHORIZED REQUEST", "[ERROR 419] MISSING ARGUMENTS"];
        for (pattern, wanted) in [
            ("", vec![0, 1, 2]),
            ("ERROR", vec![0, 1, 2]),
            ("error", vec![]),
            ("ERROR ARGUMENTS", vec![2]),
            ("?ERROR ?ARGUMENTS", vec![0, 1, 2]),
            ("?400 ?419", vec![0, 2]),
            ("\"BAD REQUEST\"", vec![0]),
            ("ERROR -ARGUMENTS", vec![0, 1]),
            ("ERROR -\"BAD REQUEST\"", vec![1, 2]),
        ] {
            let read = Pattern::of(pattern).unwrap();
            let fits: Vec<_> = (0..3).filter(|n| read.fits(lines[*n])).collect();
            assert_eq!(fits, wanted, "{pattern}");
        }
        assert!(Pattern::of("{ $.a = 1 }").is_err() && Pattern::of("\"open").is_err());
    }
}
