//! The forms that AWS has for a ladder: which of them a rollout is, or the nearest ladders that are one.

use std::time::Duration;

use crate::core::rollout::{Rollout, Rung, Share};

/// Who moves the traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// ECS itself.
    Ecs,
    /// CodeDeploy.
    CodeDeploy,
}

/// How traffic moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// All of it at once.
    AtOnce,
    /// A part, and the rest after so many minutes.
    Canary(Share, u64),
    /// The same part again after each so many minutes.
    Linear(Share, u64),
}

/// A ladder as AWS climbs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// How traffic moves.
    pub form: Form,
    /// How many minutes it stays so, once all of it has moved, before it counts as done.
    pub bake: u64,
}

/// Why a rollout is none that the platform can climb, and the nearest that are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// A lowercase fragment.
    pub why: String,
    /// What it can climb instead.
    pub nearest: Vec<Rollout>,
}

/// The longest time between two shifts and after the last one.
///
/// Source: `CanaryConfiguration`, `LinearConfiguration` and `DeploymentConfiguration` (ECS API reference): 0 to 1440
/// minutes.
const LONGEST: u64 = 1440;
/// How many minutes CodeDeploy shifts traffic for at most (deploy-peers 4.4: 120 hours).
const WINDOW: u64 = 120 * 60;

impl Platform {
    /// The smallest step of equal ones, in tenths of a percent (`LinearConfiguration`: 3.0; `Percentage` of CodeDeploy is
    /// an integer).
    fn least_step(self) -> u16 {
        match self {
            Platform::Ecs => 30,
            Platform::CodeDeploy => 10,
        }
    }

    /// What each share is a multiple of, in tenths of a percent.
    fn grain(self) -> u16 {
        match self {
            Platform::Ecs => 1,
            Platform::CodeDeploy => 10,
        }
    }

    /// The shortest time between two shifts, in minutes.
    fn shortest(self) -> u64 {
        match self {
            Platform::Ecs => 0,
            Platform::CodeDeploy => 1,
        }
    }

    /// Returns whether the last of steps of `step` tenths of a percent can be one of `rest`.
    ///
    /// Source: `LinearConfiguration` of `AWS::ECS::Service` (CloudFormation template reference) counts the steps of a
    /// percentage by which 100 cannot be divided: 9 of 11 % that are waited after, and the rest. For CodeDeploy nothing says
    /// so ("TimeBasedLinear": "in equal increments").
    fn ends_with(self, rest: u16, step: u16) -> bool {
        match self {
            Platform::Ecs => rest <= step,
            Platform::CodeDeploy => rest == step,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Platform::Ecs => "ECS",
            Platform::CodeDeploy => "CodeDeploy",
        }
    }

    /// Returns `rollout` as this platform climbs it: exactly so, or not at all.
    pub fn ladder(self, rollout: &Rollout) -> Result<Ladder, Unfit> {
        self.exactly(rollout).map_err(|why| Unfit { why, nearest: self.nearest(rollout) })
    }

    fn exactly(self, rollout: &Rollout) -> Result<Ladder, String> {
        let name = self.name();
        let rungs = rollout.rungs();
        let mut minutes = Vec::new();
        for rung in rungs {
            let whole = rung.hold.as_secs().is_multiple_of(60) && rung.hold.subsec_nanos() == 0;
            let length = rung.hold.as_secs() / 60;
            if !whole || length > LONGEST {
                return Err(format!(
                    "{name} holds a rung for whole minutes, {LONGEST} at most, and not `{rung}`"
                ));
            }
            minutes.push(length);
        }
        let bake = minutes.pop().unwrap_or_default();
        if let Some(short) = minutes.iter().zip(rungs).find(|(m, _)| **m < self.shortest()) {
            let least = self.shortest();
            return Err(format!("{name} holds a rung for {least} minute at least, and not `{}`", short.1));
        }
        if let Some(rung) = rungs.iter().find(|r| !tenths(r.share).is_multiple_of(self.grain())) {
            return Err(format!("{name} shifts whole percents, and not {}", rung.share));
        }
        let form = match rungs {
            [] | [_] => Form::AtOnce,
            [first, _] => Form::Canary(first.share, minutes[0]),
            [first, .., last] => {
                let step = tenths(first.share);
                let mut below = rungs[..rungs.len() - 1].iter().zip(1..);
                let are_equal = below.all(|(r, n): (_, u16)| tenths(r.share) == step * n);
                let rest = tenths(last.share).saturating_sub(tenths(rungs[rungs.len() - 2].share));
                if !are_equal
                    || !self.ends_with(rest, step)
                    || minutes.windows(2).any(|pair| pair[0] != pair[1])
                {
                    return Err(format!(
                        "{name} shifts traffic in two steps, or in equal ones that are held equally long"
                    ));
                }
                if step < self.least_step() {
                    let least = f64::from(self.least_step()) / 10.0;
                    return Err(format!("equal steps of {name} are {least}% at least"));
                }
                Form::Linear(first.share, minutes[0])
            }
        };
        let shifts: u64 = minutes.iter().sum();
        if self == Platform::CodeDeploy && shifts > WINDOW {
            return Err(format!("{name} shifts traffic for {WINDOW} minutes at most, and not for {shifts}"));
        }
        Ok(Ladder { form, bake })
    }

    /// Returns the nearest ladders that it can climb: two steps by the first rung or by the last one below 100 %, and equal
    /// steps about as large as the first.
    fn nearest(self, rollout: &Rollout) -> Vec<Rollout> {
        let rungs = rollout.rungs();
        let fit = |rung: Rung, least: u64| {
            let minutes = rung.hold.as_secs().div_ceil(60).clamp(least, LONGEST);
            let tenths = tenths(rung.share).next_multiple_of(self.grain()).min(1000 - self.grain());
            let share = if rung.share == Share::ALL { None } else { Share::tenths(tenths) };
            Rung { share: share.unwrap_or(Share::ALL), hold: Duration::from_secs(minutes * 60) }
        };
        let Some((last, before)) = rungs.split_last() else { return Vec::new() };
        let last = fit(*last, 0);
        let mut all = Vec::new();
        for rung in [before.first(), before.last()].into_iter().flatten() {
            all.push(vec![fit(*rung, self.shortest()), last]);
        }
        if let Some(first) = before.first() {
            let first = fit(*first, self.shortest());
            let wanted = tenths(first.share);
            // Three steps at least: with two it is the same as above.
            let steps = (self.least_step()..=333).filter(|s| s.is_multiple_of(self.grain()));
            let steps = steps.filter(|s| 1000_u16.is_multiple_of(*s));
            if let Some(step) = steps.min_by_key(|s| s.abs_diff(wanted)) {
                let below = (1..1000 / step).filter_map(|n| Share::tenths(step * n));
                let rungs = below.map(|share| Rung { share, hold: first.hold });
                all.push(rungs.chain([last]).collect());
            }
        }
        let mut fits: Vec<Rollout> = Vec::new();
        for rungs in all {
            if let Ok(one) = Rollout::new(rungs)
                && self.exactly(&one).is_ok()
                && !fits.contains(&one)
            {
                fits.push(one);
            }
        }
        fits
    }
}

impl Unfit {
    /// Returns what to write instead for `address`, a line for each.
    pub fn hint(&self, address: &crate::core::Address) -> String {
        let lines: Vec<String> = self.nearest.iter().map(|r| format!("\"{address}\" = \"{r}\"")).collect();
        format!("the nearest that it can do, under [environments.NAME.rollouts]: {}", lines.join("; or "))
    }
}

fn tenths(share: Share) -> u16 {
    (share.percent() * 10.0).round() as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(platform: Platform, text: &str) -> Result<Ladder, Unfit> {
        platform.ladder(&text.parse().unwrap())
    }

    fn share(tenths: u16) -> Share {
        Share::tenths(tenths).unwrap()
    }

    #[test]
    fn what_ecs_can_do_is_taken_exactly() {
        let twenties = "20% 5m, 40% 5m, 60% 5m, 80% 5m, 100% 15m";
        for (text, form, bake) in [
            ("10% 5m, 100% 15m", Form::Canary(share(100), 5), 15),
            ("0.1% 24h, 100%", Form::Canary(share(1), 1440), 0),
            ("99.9%, 100% 24h", Form::Canary(share(999), 0), 1440),
            ("50% 10m, 100%", Form::Canary(share(500), 10), 0),
            (twenties, Form::Linear(share(200), 5), 15),
            ("30% 5m, 60% 5m, 90% 5m, 100%", Form::Linear(share(300), 5), 0),
            ("40% 1m, 80% 1m, 100% 2m", Form::Linear(share(400), 1), 2),
            ("100% 15m", Form::AtOnce, 15),
        ] {
            assert_eq!(of(Platform::Ecs, text), Ok(Ladder { form, bake }), "{text}");
        }
    }

    #[test]
    fn what_is_no_form_is_refused_with_the_nearest_that_are() {
        let unfit = of(Platform::Ecs, "10% 5m, 50% 10m, 100% 15m").unwrap_err();
        let nearest: Vec<String> = unfit.nearest.iter().map(ToString::to_string).collect();
        let tens = (1..10).map(|n| format!("{n}0% 5m")).collect::<Vec<_>>().join(", ");
        assert_eq!(
            nearest,
            ["10% 5m, 100% 15m".to_string(), "50% 10m, 100% 15m".into(), format!("{tens}, 100% 15m")]
        );
        for (text, why) in [
            ("10% 90s, 100%", "whole minutes"),
            ("10% 25h, 100%", "1440 at most"),
            ("100% 30s", "whole minutes"),
            ("20% 5m, 40% 6m, 60% 5m, 80% 5m, 100%", "equally long"),
            ("30% 5m, 60% 5m, 100%", "equal ones"),
        ] {
            let unfit = of(Platform::Ecs, text).unwrap_err();
            assert!(unfit.why.contains(why), "{text}: {}", unfit.why);
            for one in &unfit.nearest {
                assert!(Platform::Ecs.ladder(one).is_ok(), "{text}: {one}");
            }
        }
        let small = (1..=50).map(|n| format!("{}% 1m", n * 2)).collect::<Vec<_>>().join(", ");
        assert!(of(Platform::Ecs, &small).unwrap_err().why.contains("3% at least"));
        assert!(of(Platform::CodeDeploy, &small).is_ok());
    }

    #[test]
    fn codedeploy_shifts_whole_percents_each_for_a_minute_at_least() {
        assert_eq!(
            of(Platform::CodeDeploy, "10% 5m, 100% 15m"),
            Ok(Ladder { form: Form::Canary(share(100), 5), bake: 15 })
        );
        let steps = (1..10).map(|n| format!("{n}0% 24h")).collect::<Vec<_>>().join(", ");
        for (text, why) in [
            ("0.5% 5m, 100%".to_string(), "whole percents"),
            ("10%, 100% 5m".into(), "1 minute at least"),
            (format!("{steps}, 100%"), "7200 minutes at most"),
            ("30% 5m, 60% 5m, 90% 5m, 100%".into(), "equal ones"),
        ] {
            let unfit = of(Platform::CodeDeploy, &text).unwrap_err();
            assert!(unfit.why.contains(why), "{text}: {}", unfit.why);
        }
    }
}
