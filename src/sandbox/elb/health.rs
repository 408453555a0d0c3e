//! Targets and how they are, over time.

use super::super::switch::Switches;

/// How a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Health {
    /// Its first checks are under way, or nothing forwards to its group.
    Initial,
    /// It answers.
    Healthy,
    /// It does not.
    Unhealthy,
    /// It is leaving.
    Draining,
}

/// A registered target.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) id: String,
    pub(crate) port: u64,
    /// Whether its checks succeed.
    pub(crate) answers: bool,
    /// When it was registered, or when `answers` last changed.
    pub(crate) since: f64,
    /// What `answers` was before it changed; none since it was registered.
    pub(crate) before: Option<bool>,
    /// Since when it is leaving.
    pub(crate) draining: Option<f64>,
}

/// How long things take: the switches `elb_...`, as the last call found them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing {
    check: f64,
    drain: f64,
    checks_to_healthy: u64,
    held: bool,
    failing: bool,
    /// The HTTP status of failing checks; 0 for none in time.
    failure_code: u64,
}

/// What a target group says about checks and leaving.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checks {
    pub(crate) interval: f64,
    pub(crate) unhealthy_threshold: u64,
    pub(crate) delay: f64,
    /// Whether checks are HTTP, with a status.
    pub(crate) http: bool,
    /// Whether a load balancer forwards to the group.
    pub(crate) used: bool,
}

/// State, reason and description, as DescribeTargetHealth has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) state: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) description: String,
}

impl Default for Timing {
    fn default() -> Timing {
        Timing::of(&Switches::default())
    }
}

impl Timing {
    pub(crate) fn of(switches: &Switches) -> Timing {
        let seconds = |name| switches.number(name) as f64 / 1000.0;
        Timing {
            check: seconds("elb_check_ms"),
            drain: seconds("elb_drain_ms"),
            checks_to_healthy: switches.number("elb_checks_to_healthy"),
            held: switches.on("elb_targets_held"),
            failing: switches.on("elb_targets_failing"),
            failure_code: switches.number("elb_failure_code"),
        }
    }

    /// Whether draining that began at this time is over.
    pub(crate) fn drained(&self, checks: &Checks, began: f64, now: f64) -> bool {
        now >= began + if self.drain > 0.0 { self.drain } else { checks.delay }
    }
}

fn look(state: &'static str, reason: &'static str, description: &str) -> Look {
    Look { state, reason, description: description.into() }
}

impl Target {
    /// How it is; none once it has left. States and reasons are those of "Target health status" (User Guide for Application
    /// Load Balancers), descriptions those of its table of reason codes.
    pub(crate) fn look(&self, timing: &Timing, checks: &Checks, now: f64) -> Option<Look> {
        if let Some(began) = self.draining {
            let gone = timing.drained(checks, began, now);
            let leaving =
                look("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress");
            return (!gone).then_some(leaving);
        }
        if !checks.used {
            let why = "Target group is not configured to receive traffic from the load balancer";
            return Some(look("unused", "Target.NotInUse", why));
        }
        let checking = || look("initial", "Elb.InitialHealthChecking", "Initial health checks in progress");
        let interval = if timing.check > 0.0 { timing.check } else { checks.interval };
        let passed = (now - self.since).max(0.0);
        let answers = self.answers && !timing.failing;
        // A new target "must pass one health check to be considered healthy" behind an Application Load Balancer ("Health
        // checks"): the switch says how many. HealthyThresholdCount is for one that was unhealthy.
        let wanted = if answers { timing.checks_to_healthy } else { checks.unhealthy_threshold };
        let decided = passed >= interval * wanted as f64;
        Some(match (self.before, answers) {
            (None, _) if timing.held => checking(),
            (None, _) if !decided && passed < interval / 2.0 => {
                look("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
            }
            (None, _) if !decided => checking(),
            (Some(before), _) if !decided => self.settled(before, timing, checks),
            (_, answers) => self.settled(answers, timing, checks),
        })
    }

    fn settled(&self, answers: bool, timing: &Timing, checks: &Checks) -> Look {
        if answers {
            return look("healthy", "", "");
        }
        let (reason, description) = match (checks.http, timing.failure_code) {
            (false, _) => ("Target.FailedHealthChecks", "Health checks failed".to_owned()),
            (true, 0) => ("Target.Timeout", "Request timed out".to_owned()),
            (true, code) => {
                ("Target.ResponseCodeMismatch", format!("Health checks failed with these codes: [{code}]"))
            }
        };
        Look { state: "unhealthy", reason, description }
    }
}

impl Look {
    pub(crate) fn health(&self) -> Health {
        match self.state {
            "healthy" => Health::Healthy,
            "unhealthy" => Health::Unhealthy,
            "draining" => Health::Draining,
            _ => Health::Initial,
        }
    }
}
