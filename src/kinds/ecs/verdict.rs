//! The verdict of a gate on a deployment: kept until AWS has been told of it, however that comes out.

use crate::core::{Error, ErrorKind};

/// How often, a look apart, something is asked for that is refused for want of a permission: one that was just given is not
/// seen at once ("Changes that I make are not always immediately visible", IAM User Guide).
const DENIED: u32 = 4;
/// How often, a look apart, where it is refused for another reason, which may pass.
const REFUSED: u32 = 60;

/// How often something was refused.
#[derive(Debug, Default)]
pub struct Refusals {
    denied: u32,
    all: u32,
}

impl Refusals {
    /// Counts `e`. Returns whether it is asked for no more.
    pub fn are_enough(&mut self, e: &Error) -> bool {
        self.all += 1;
        self.denied += u32::from(e.kind == ErrorKind::Denied);
        self.denied >= DENIED || self.all >= REFUSED
    }
}

/// What a gate has said of a deployment.
#[derive(Debug, Default)]
pub enum Verdict {
    /// Nothing yet that would take it back.
    #[default]
    Open,
    /// It failed, and AWS is to be told to take it back.
    Fallen(Error, Refusals),
    /// It failed, and AWS has been told.
    Told(Error),
}

impl Verdict {
    /// Returns the verdict that a gate has failed with `e`.
    pub fn fallen(e: Error) -> Verdict {
        Verdict::Fallen(e, Refusals::default())
    }

    /// Returns whether nothing has failed.
    pub fn is_open(&self) -> bool {
        matches!(self, Verdict::Open)
    }

    /// Returns why it is taken back, if it is.
    pub fn why(&self) -> Option<&str> {
        match self {
            Verdict::Open => None,
            Verdict::Fallen(e, _) | Verdict::Told(e) => Some(&e.message),
        }
    }

    /// Takes what came of telling AWS. Returns the failure where it is told no more, else a line for who looks on.
    pub fn answered(&mut self, answer: Result<(), Error>) -> Result<Option<String>, Error> {
        match (std::mem::take(self), answer) {
            (Verdict::Fallen(e, _), Ok(())) => *self = Verdict::Told(e),
            (Verdict::Fallen(e, mut refusals), Err(refused)) => {
                if refusals.are_enough(&refused) {
                    let message = format!("{}; and it cannot be stopped: {}", e.message, refused.message);
                    return Err(Error { message, ..e });
                }
                *self = Verdict::Fallen(e, refusals);
                return Ok(Some(format!("cannot be stopped yet: {refused}")));
            }
            (other, _) => *self = other,
        }
        Ok(None)
    }

    /// Returns the failure of a deployment, called `what`, that has succeeded by its own id before it was stopped; none
    /// where no gate has failed.
    pub fn too_late(self, what: &str) -> Option<Error> {
        match self {
            Verdict::Open => None,
            Verdict::Fallen(e, _) | Verdict::Told(e) => {
                let message = format!("{}; {what} was at its end before it could be stopped", e.message);
                Some(Error { message, ..e })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_kept_until_aws_is_told_or_cannot_be() {
        let denied = || Err(Error::new(ErrorKind::Denied, "not authorized"));
        let busy = || Err(Error::failed("busy"));
        let mut verdict = Verdict::fallen(Error::failed("the gate failed"));
        for _ in 0..DENIED - 1 {
            assert_eq!(verdict.answered(busy()).unwrap().unwrap(), "cannot be stopped yet: busy");
            assert!(verdict.answered(denied()).unwrap().is_some());
        }
        let e = verdict.answered(denied()).unwrap_err();
        assert_eq!(e.message, "the gate failed; and it cannot be stopped: not authorized");

        let mut verdict = Verdict::fallen(Error::failed("the gate failed"));
        assert_eq!(verdict.answered(Ok(())).unwrap(), None);
        assert!(!verdict.is_open());
        let e = verdict.too_late("deployment d-1").unwrap();
        assert_eq!(e.message, "the gate failed; deployment d-1 was at its end before it could be stopped");
        assert!(Verdict::Open.too_late("deployment d-1").is_none());
    }
}
