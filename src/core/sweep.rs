//! The sweep: ids, ARNs and account numbers that stand in text of no known meaning.
//!
//! In layers, each looking at what the one before left over: the whole string, ARNs, AWS host names, UUIDs. Account
//! numbers and regions are looked for only inside ARNs and hosts; prose is left alone.

use super::arn::{Arn, find_arn, find_host, find_uuid, find_word, is_account};
use super::encoder::{Encoder, TEST_ALIAS, is_lex_id, usable};
use super::finding::Weight;
use super::inventory::{Ownership, Target};
use super::template::{Form, Placeholder, Template};

/// A value of the environment shorter than this is never looked for: `30` or `true` stands in too many places where
/// it means something else.
pub(super) const LEAST_VAR: usize = 4;

/// What may be replaced in a piece of text, besides UUIDs.
#[derive(Clone, Copy, PartialEq)]
enum Within {
    Prose,
    /// Account numbers.
    Arn,
    /// Account numbers and the region.
    Host,
}

impl<'a> Encoder<'a> {
    /// Returns the template for `text`, which may hold anything.
    pub(super) fn sweep_template(&mut self, text: &str) -> Template {
        let mut out = Template::default();
        if let Some(hole) = self.whole(text) {
            out.hole(hole);
        } else {
            self.arns(text, &mut out);
        }
        out
    }

    /// Returns what a whole string stands for.
    fn whole(&mut self, text: &str) -> Option<Placeholder> {
        if text.len() >= LEAST_VAR && !self.quiet {
            let mut same = self.origin.vars.iter().filter(|(_, value)| *value == text).map(|(name, _)| name);
            match (same.next(), same.next()) {
                (Some(name), None) if !name.is_empty() => return Some(Placeholder::Var(name.clone())),
                (Some(_), Some(_)) => {
                    let message = format!("`{text}` is the value of more than one of [vars]");
                    self.say(Weight::Warning, message, Some("it stays as it is"));
                }
                _ => {}
            }
        }
        if is_account(text) {
            return self.account(text);
        }
        let target = (is_lex_id(text) && text != TEST_ALIAS).then(|| self.by_id(text)).flatten()?;
        Some(self.noted(Form::Id, target))
    }

    fn arns(&mut self, text: &str, out: &mut Template) {
        let mut from = 0;
        while let Some(found) = find_arn(text, from) {
            self.hosts(&text[from..found.start], out);
            self.arn(&text[found.clone()], out);
            from = found.end;
        }
        self.hosts(&text[from..], out);
    }

    fn hosts(&mut self, mut text: &str, out: &mut Template) {
        while let Some((host, all)) = find_host(text) {
            self.uuids(&text[..host.start], Within::Prose, out);
            self.uuids(&text[host.clone()], Within::Host, out);
            self.uuids(&text[host.end..all.end], Within::Arn, out);
            for label in text[host].split('.').filter(|label| is_account(label)) {
                self.warn_of_foreign(label);
            }
            text = &text[all.end..];
        }
        self.uuids(text, Within::Prose, out);
    }

    fn uuids(&mut self, mut text: &str, within: Within, out: &mut Template) {
        while let Some(found) = find_uuid(text) {
            self.words(&text[..found.start], within, out);
            let uuid = &text[found.clone()];
            if uuid == self.origin.inventory.pin.instance {
                out.hole(Placeholder::Instance);
            } else if let Some(target) = self.by_id(uuid) {
                out.hole(self.noted(Form::Id, target));
            } else {
                out.text(uuid);
            }
            text = &text[found.end..];
        }
        self.words(text, within, out);
    }

    /// Replaces account numbers, and in hosts the region, where no letter or digit stands beside them.
    fn words(&mut self, mut text: &str, within: Within, out: &mut Template) {
        if within == Within::Prose {
            return out.text(text);
        }
        let origin = self.origin;
        let pin = &origin.inventory.pin;
        let own = [(&pin.account, Placeholder::Account)];
        let region = (within == Within::Host).then_some((&pin.region, Placeholder::Region));
        let named = origin.accounts.iter().filter(|(name, _)| !name.is_empty());
        let named = named.map(|(name, account)| (account, Placeholder::AccountNamed(name.clone())));
        let words: Vec<_> = own.into_iter().chain(region).chain(named).collect();
        loop {
            let hits =
                words.iter().filter_map(|(word, hole)| Some((find_word(text, word)?, word.len(), hole)));
            let Some((at, length, hole)) = hits.min_by_key(|(at, _, _)| *at) else {
                return out.text(text);
            };
            out.text(&text[..at]);
            out.hole(hole.clone());
            text = &text[at + length..];
        }
    }

    fn arn(&mut self, text: &str, out: &mut Template) {
        let Some(arn) = Arn::parse(text).filter(|arn| arn.account != "aws") else {
            return out.text(text);
        };
        // The longest part of it that is known, up to a colon; what owns no account (a bucket) has paths below it.
        let head = text.len() - arn.resource.len();
        let mut end = text.len();
        loop {
            if let Some(target) = self.origin.inventory.named_by_arn(&text[..end]).filter(usable) {
                if target.found.ownership == Ownership::Aws {
                    out.text(&text[..end]);
                } else {
                    out.hole(self.noted(Form::Arn, target));
                }
                return self.uuids(&text[end..], Within::Arn, out);
            }
            let shorter = text[head..end].rfind(|c| c == ':' || (c == '/' && arn.account.is_empty()));
            match shorter {
                Some(at) if at > 0 => end = head + at,
                _ => return self.unknown_arn(arn, out),
            }
        }
    }

    fn unknown_arn(&mut self, arn: Arn<'_>, out: &mut Template) {
        let pin = &self.origin.inventory.pin;
        let (partition, region) = (pin.partition(), pin.region.clone());
        let account = is_account(arn.account).then(|| self.account(arn.account)).flatten();
        // What is in an account of no name is one thing in one place: none of it is another in another environment.
        let fixed = arn.account.is_empty() || (is_account(arn.account) && account.is_none());
        if fixed {
            self.warn_of_foreign(arn.account);
        }
        let mut part = |text: &str, ours: bool, hole: Placeholder| {
            if ours && !fixed {
                out.hole(hole)
            } else {
                out.text(text)
            }
            out.text(":");
        };
        part("arn", false, Placeholder::Partition);
        part(arn.partition, arn.partition == partition, Placeholder::Partition);
        part(arn.service, false, Placeholder::Partition);
        part(arn.region, arn.region == region, Placeholder::Region);
        part(arn.account, account.is_some(), account.unwrap_or(Placeholder::Account));
        for segment in arn.resource.split_inclusive(['/', ':']) {
            let id = segment.trim_end_matches(['/', ':']);
            let ours = |t: &Target<'_>| t.found.address.kind().split('/').next() == Some(arn.service);
            let target = (is_lex_id(id) && id != TEST_ALIAS).then(|| self.by_id(id)).flatten().filter(ours);
            if let Some(target) = target {
                out.hole(self.noted(Form::Id, target));
                out.text(&segment[id.len()..]);
            } else {
                self.uuids(segment, Within::Arn, out);
            }
        }
    }

    /// Returns what has exactly this id, of whatever kind; of several the first by address.
    fn by_id(&self, id: &str) -> Option<Target<'a>> {
        let inventory = self.origin.inventory;
        let found = inventory.any_by_id(id).min_by_key(|f| &f.address);
        let target = match found {
            Some(found) => Some(Target { found, qualifier: None }),
            None => inventory.named_by_alias(id),
        };
        target.filter(|t| usable(t) && t.found.ownership != Ownership::Aws)
    }

    fn account(&self, account: &str) -> Option<Placeholder> {
        if account == self.origin.inventory.pin.account {
            return Some(Placeholder::Account);
        }
        let named = self.origin.accounts.iter().find(|(name, number)| number == account && !name.is_empty());
        named.map(|(name, _)| Placeholder::AccountNamed(name.clone()))
    }

    fn warn_of_foreign(&mut self, account: &str) {
        if is_account(account) && self.account(account).is_none() {
            let message = format!("refers to account {account}, which the configuration does not name");
            self.say(Weight::Warning, message, Some("give it a name under [accounts]; it stays as it is"));
        }
    }

    fn noted(&mut self, form: Form, target: Target<'_>) -> Placeholder {
        let reference = self.reference(form, target);
        self.say(Weight::Note, format!("{reference} found in free text"), None);
        reference
    }
}
