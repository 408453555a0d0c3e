//! One scenario of load balancing on the sandbox and on ministack: they differ where this file says so, and nowhere else.

use super::DEV;
use crate::compared::{Accepted, compare};
use crate::emulator;

/// Why weights differ.
const WEIGHTS: &str =
    "the examples of DescribeListeners and DescribeRules have ForwardConfig; ministack keeps no weights";

/// What differs (`STEP PATH`; one `*` stands for anything) and why the sandbox is as it is.
const ACCEPTED: Accepted = &[
    ("*.CanonicalHostedZoneId", "no DNS is simulated"),
    ("*.VpcId", "there are no networks: all is in one VPC, of another name"),
    ("*.IpAddressType", "CreateTargetGroup: the default is ipv4; ministack answers none"),
    ("*.ProtocolVersion", "CreateTargetGroup: the default is HTTP1; ministack answers none"),
    ("*.HealthCheckPort", "the examples of DescribeTargetHealth have it; ministack's answers have not"),
    ("*.Transforms", "rules have no transforms here, and what is not set is not answered (assumed)"),
    ("*.Order", "the examples of DescribeListeners have it in neither way; ministack always has 1"),
    ("listener .Listeners.0.DefaultActions.0.ForwardConfig*", WEIGHTS),
    ("listeners .Listeners.0.DefaultActions.0.ForwardConfig*", WEIGHTS),
    ("weights .Listeners.0.DefaultActions.0.ForwardConfig*", WEIGHTS),
    ("rule .Rules.0.Actions.0.ForwardConfig*", WEIGHTS),
    ("rule changed .Rules.0.Actions.0.ForwardConfig*", WEIGHTS),
    (
        "second on the port *",
        "CreateListener lists DuplicateListener; ministack makes a second listener on the port",
    ),
    ("listeners .Listeners", "follows from ministack's second listener"),
    ("listeners .Listeners.1*", "follows from ministack's second listener"),
    ("rule again *", "CreateRule lists PriorityInUse; ministack makes a second rule of the priority"),
    ("rules *", "default rule last, and ministack has the second rule and no weights"),
    ("no listener *", "DescribeListeners lists ListenerNotFound; ministack answers an empty list"),
    ("no rule *", "DescribeRules lists RuleNotFound; ministack answers an empty list"),
    ("in use *", "DeleteTargetGroup lists ResourceInUse; ministack deletes the group"),
    ("delete green *", "follows from ministack's having deleted the group"),
];

#[test]
fn load_balancing_is_as_ministack_has_it_but_for_what_is_listed() {
    let Some(theirs) = emulator::ministack("load balancing compared") else { return };
    compare("sandbox/compare_elb.py", DEV, ("ministack", &theirs), 150, ACCEPTED);
}
