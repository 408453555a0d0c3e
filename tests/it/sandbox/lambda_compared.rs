//! One scenario of Lambda calls on the sandbox and on ministack: they differ where this file says so, and nowhere else.

use super::DEV;
use crate::compared::{Accepted, compare};
use crate::emulator;

/// "As recorded": in the answers of AWS that LocalStack's own suite keeps (tests/aws/services/lambda_, its snapshots).
const RECORDED: &str = "as recorded: what is not set is not answered";

/// What differs, and why the sandbox is as it is.
const ACCEPTED: Accepted = &[
    ("*.KMSKeyArn", RECORDED),
    ("*.Layers", RECORDED),
    ("*.VpcConfig", RECORDED),
    ("*.VpcConfig.SecurityGroupIds", RECORDED),
    ("*.VpcConfig.SubnetIds", RECORDED),
    ("*.VpcConfig.VpcId", RECORDED),
    ("*.StateReason", RECORDED),
    ("*.StateReasonCode", RECORDED),
    ("*.LastUpdateStatusReason", RECORDED),
    ("*.LastUpdateStatusReasonCode", RECORDED),
    ("*.RuntimeVersionConfig", "nothing of a runtime's build is simulated; ministack's ARN is empty"),
    (
        "*.RuntimeVersionConfig.RuntimeVersionArn",
        "nothing of a runtime's build is simulated; ministack's ARN is empty",
    ),
    ("versions *.State", "as recorded: ListVersionsByFunction has no states"),
    ("versions *.LastUpdateStatus", "as recorded: ListVersionsByFunction has no states"),
    ("versions .Versions.0.FunctionArn", "as recorded: ListVersionsByFunction has $LATEST in the ARN"),
    (
        "after a dry run",
        "UpdateFunctionCode, DryRun: \"without modifying the function code\"; ministack modifies it",
    ),
    ("publish the wrong code *", "as recorded: a CodeSha256 of other code is refused; ministack publishes"),
    ("publish two .Description", "follows from ministack's having published the wrong code"),
    ("through the alias .Description", "follows from ministack's having published the wrong code"),
    ("versions .Versions.2.Description", "follows from ministack's having published the wrong code"),
    ("through the alias .FunctionArn", "as recorded: the ARN is that of the alias that was asked for"),
    (
        "alias of nothing *",
        "as recorded: a version that is not there is not found; ministack makes the alias",
    ),
    ("aliases .Aliases", "follows from ministack's having made the alias of nothing"),
    ("aliases .Aliases.1*", "follows from ministack's having made the alias of nothing"),
    ("no policy *", "GetPolicy lists ResourceNotFoundException; ministack answers an empty policy"),
    (
        "mapping looked at .State",
        "a mapping is Creating first (its State's documentation); ministack's never is",
    ),
    ("mapping changed status", "botocore: UpdateEventSourceMapping answers 202"),
    ("* .LastProcessingResult", "nothing is processed in the sandbox"),
    ("* .FunctionResponseTypes", "assumed: what is not set is not answered"),
];

#[test]
fn lambda_is_as_ministack_has_it_but_for_what_is_listed() {
    let Some(theirs) = emulator::ministack("Lambda compared") else { return };
    compare("sandbox/compare_lambda.py", DEV, ("ministack", &theirs), 300, ACCEPTED);
}
