//! Faults by chance: one call in so many meets one of several sorts, as a seed decides.

use super::call::Call;
use super::fault::FaultKind;

/// Faults by chance, and the calls that they may meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storm {
    /// The same seed and the same calls, the same faults.
    pub seed: u64,
    /// How many calls of a thousand meet one.
    pub per_mille: u32,
    /// Of what sorts; each is as likely as every other.
    pub kinds: Vec<FaultKind>,
    /// Account of the caller; any when absent.
    pub account: Option<String>,
    /// Signing names of the services; all when there are none.
    pub services: Vec<String>,
    /// How often it strikes at most.
    pub most: u64,
}

/// A storm, and how far its dice have come.
#[derive(Debug, Clone)]
pub(crate) struct Raging {
    storm: Storm,
    state: u64,
    struck: u64,
}

impl Raging {
    pub(crate) fn new(storm: Storm) -> Raging {
        Raging { state: storm.seed, storm, struck: 0 }
    }

    /// The next number (SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
    fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Decides what happens to the call.
    pub(crate) fn meet(&mut self, call: &Call) -> Option<FaultKind> {
        let Storm { account, services, kinds, .. } = &self.storm;
        let mine = account.as_ref().is_none_or(|account| *account == call.caller.account)
            && (services.is_empty() || services.contains(&call.service));
        if !mine || kinds.is_empty() || self.struck >= self.storm.most {
            return None;
        }
        let strikes = self.roll() % 1000 < u64::from(self.storm.per_mille);
        let which = self.roll() as usize % self.storm.kinds.len();
        self.struck += u64::from(strikes);
        strikes.then(|| self.storm.kinds[which].clone())
    }
}
