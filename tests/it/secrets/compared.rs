//! One scenario of KMS, Parameter Store and Secrets Manager calls on the sandbox and on ministack: they differ where this
//! file says so, and nowhere else.

use crate::compared::{Accepted, compare};
use crate::emulator;
use crate::world::A;

/// What differs, and why the sandbox is as it is.
const ACCEPTED: Accepted = &[
    ("*.KeyMetadata.AWSAccountId", "KeyMetadata says whose key it is; ministack leaves it out"),
    (
        "*.KeyMetadata.SigningAlgorithms",
        "only where KeyUsage is SIGN_VERIFY (KeyMetadata); ministack lists none",
    ),
    (
        "create deleted error",
        "a name whose secret waits for its deletion: InvalidRequestException (CreateSecret); ministack says that it exists",
    ),
];

#[test]
fn secrets_are_as_ministack_has_them_but_for_what_is_listed() {
    let Some(theirs) = emulator::ministack("secrets compared") else { return };
    compare("secrets/compare.py", A, ("ministack", &theirs), 100, ACCEPTED);
}
