//! ARNs, UUIDs and AWS host names, as they stand inside text.

use std::ops::Range;

/// The parts of an ARN, as they stand. None is checked beyond its place; `region` and `account` may be empty, or
/// something that is filled in at run time, such as `$.AwsRegion`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, or one that is not known yet.
    pub partition: &'a str,
    /// The service, such as `connect`.
    pub service: &'a str,
    /// The region, or nothing.
    pub region: &'a str,
    /// The account, nothing, or `aws` for what AWS owns.
    pub account: &'a str,
    /// All after the fifth colon.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Returns the parts of `text`, if it begins as an ARN does.
    pub fn parse(text: &'a str) -> Option<Arn<'a>> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        let partition = parts.next().filter(|p| p.starts_with("aws") && p.bytes().all(plain))?;
        let service = parts.next().filter(|s| !s.is_empty() && s.bytes().all(plain))?;
        let inner = |part: &&str| !part.chars().any(|c| ends_arn(c) && !"{}[]()".contains(c));
        let (region, account) = (parts.next().filter(inner)?, parts.next().filter(inner)?);
        let resource = parts.next().filter(|r| r.chars().next().is_some_and(|c| !ends_arn(c)))?;
        Some(Arn { partition, service, region, account, resource })
    }
}

fn plain(b: u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
}

/// Returns whether `c` cannot be in an ARN that stands in text.
fn ends_arn(c: char) -> bool {
    c.is_whitespace() || c.is_control() || "\"'`<>\\|,;(){}[]!?^".contains(c) || !c.is_ascii()
}

/// Returns where the first ARN in `text` at or after `from` stands, without punctuation that only follows it.
pub fn find_arn(text: &str, from: usize) -> Option<Range<usize>> {
    let mut at = from;
    while let Some(found) = text.get(at..)?.find("arn:") {
        let start = at + found;
        if starts_word(text, start)
            && let Some(arn) = Arn::parse(&text[start..])
        {
            let resource = text.len() - arn.resource.len();
            let length = arn.resource.find(ends_arn).unwrap_or(arn.resource.len());
            let kept = arn.resource[..length].trim_end_matches(['.', ':']);
            // What is nothing but that is all there is of it.
            let kept = if kept.is_empty() { length } else { kept.len() };
            return Some(start..resource + kept);
        }
        at = start + 4;
    }
    None
}

/// Returns where the first AWS host name in `text` stands, as (the host, the host with the path that follows it).
pub fn find_host(text: &str) -> Option<(Range<usize>, Range<usize>)> {
    const DOMAIN: &str = ".amazonaws.com";
    let mut from = 0;
    while let Some(found) = text[from..].find(DOMAIN) {
        let mut end = from + found + DOMAIN.len();
        if text[end..].starts_with(".cn") {
            end += 3;
        }
        let in_host = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
        let before = text[from..from + found].rfind(|c| !in_host(c));
        // What is not in a host may be more than one byte long.
        let start =
            before.map_or(from, |b| from + b + text[from + b..].chars().next().map_or(1, char::len_utf8));
        if !text[end..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-') {
            let rest = &text[end..];
            let path = if rest.starts_with('/') { rest.find(ends_arn).unwrap_or(rest.len()) } else { 0 };
            return Some((start..end, start..end + path));
        }
        from = end;
    }
    None
}

/// Returns where the first UUID in `text` stands: 8-4-4-4-12 hexadecimal digits with no letter or digit beside them.
pub fn find_uuid(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find('-') {
        let dash = from + found;
        if let Some(start) = dash.checked_sub(8)
            && is_uuid(bytes.get(start..start + 36)?)
            && starts_word(text, start)
            && !text[start + 36..].starts_with(|c: char| c.is_alphanumeric())
        {
            return Some(start..start + 36);
        }
        from = dash + 1;
    }
    None
}

/// Returns whether `bytes` are one UUID and no more.
pub fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// Returns where `word` first stands in `text` with no letter or digit beside it, and no `+` before it.
pub fn find_word(text: &str, word: &str) -> Option<usize> {
    if word.is_empty() {
        return None;
    }
    text.match_indices(word).map(|(at, _)| at).find(|at| {
        starts_word(text, *at)
            && !text[..*at].ends_with('+')
            && !text[at + word.len()..].starts_with(|c: char| c.is_alphanumeric())
    })
}

fn starts_word(text: &str, at: usize) -> bool {
    !text[..at].ends_with(|c: char| c.is_alphanumeric())
}

/// Returns whether `text` has the form of an account number.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FLOW: &str = "arn:aws:connect:us-east-1:111111111111:instance/9f0/contact-flow/4c1:$SAVED";

    #[test]
    fn an_arn_is_found_in_prose() {
        let text = format!("see \"{FLOW}\", or arn:aws-iso:lambda:$.AwsRegion:111111111111:function:f.");
        let first = find_arn(&text, 0).unwrap();
        assert_eq!(&text[first.clone()], FLOW);
        let second = find_arn(&text, first.end).unwrap();
        assert_eq!(&text[second.clone()], "arn:aws-iso:lambda:$.AwsRegion:111111111111:function:f");
        assert_eq!(find_arn(&text, second.end), None);
        assert_eq!(find_arn("(arn:aws:iam::111111111111:.)", 0), Some(1..28));
        assert_eq!(find_arn("barn:aws:s3:::x arn:aws:x arn:${AWS::Partition}:lex:r:a:b", 0), None);
    }

    #[test]
    fn hosts_and_uuids_have_bounds() {
        let (host, all) = find_host("é https://sqs.us-east-1.amazonaws.com/111111111111/q, x").unwrap();
        assert_eq!(
            (host.start, &"é https://sqs.us-east-1.amazonaws.com/111111111111/q"[all]),
            (11, "sqs.us-east-1.amazonaws.com/111111111111/q")
        );
        assert_eq!(find_host("x.amazonaws.community"), None);
        let id = "01234567-89ab-cdef-0123-456789abcdef";
        assert_eq!(find_uuid(&format!("é-{id}/x")), Some(3..39));
        assert_eq!(find_uuid(&format!("a{id}")), None);
        assert_eq!(find_uuid(&format!("{id}0")), None);
    }

    proptest! {
        #[test]
        fn finding_never_panics(text in prop_oneof![any::<String>(), "(arn:|aws|:|é|-|[0-9a-f]{4}|\\.amazonaws\\.com|/|\"|\\.cn){0,20}"]) {
            let mut from = 0;
            while let Some(found) = find_arn(&text, from) {
                prop_assert!(Arn::parse(&text[found.clone()]).is_some());
                from = found.end;
            }
            if let Some((host, all)) = find_host(&text) {
                prop_assert!(text[host].ends_with(".amazonaws.com") || text[all].contains("amazonaws.com.cn"));
            }
            find_uuid(&text);
            find_word(&text, "é");
        }
    }
}
