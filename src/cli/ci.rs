//! What a CI says of the job that runs this: its link, who began it, its own number for it, the commit.
//!
//! Sources: "Variables reference" of GitHub Actions; "Using environment variables" of Jenkins, "Build User Vars" and
//! "Branch API" among its plugins, "Git" for the commit; "Predefined CI/CD variables reference" of GitLab; "Environment
//! variables" of Buildkite.

use crate::core::run::Job;

use super::context::variable;

/// The most characters of what a CI says that are kept.
const MOST: usize = 200;

/// Returns the CI's own link to the job.
pub(super) fn link() -> Option<String> {
    link_in(variable)
}

/// Returns what the CI says of who asked, in which run, for which commit.
pub(super) fn job() -> Job {
    let job = job_in(variable);
    let plain = |text: String| text.chars().filter(|c| !c.is_control()).take(MOST).collect();
    Job { actor: job.actor.map(plain), run: job.run.map(plain), commit: job.commit.map(plain) }
}

fn link_in(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let github = || {
        let (server, repository) = (variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", variable("GITHUB_RUN_ID")?))
    };
    github()
        .or_else(|| variable("BUILD_URL"))
        .or_else(|| variable("CI_JOB_URL"))
        .or_else(|| variable("BUILDKITE_BUILD_URL"))
}

fn job_in(variable: impl Fn(&str) -> Option<String>) -> Job {
    if let Some(id) = variable("GITHUB_RUN_ID") {
        let (first, again) = (variable("GITHUB_ACTOR"), variable("GITHUB_TRIGGERING_ACTOR"));
        // Whoever runs a job again need not be who began it.
        let actor = match (first, again) {
            (Some(first), Some(again)) if first != again => Some(format!("{again} for {first}")),
            (first, again) => first.or(again),
        };
        let run = match variable("GITHUB_RUN_ATTEMPT") {
            Some(attempt) => format!("{id}/{attempt}"),
            None => id,
        };
        return Job { actor, run: Some(run), commit: variable("GITHUB_SHA") };
    }
    if let Some(tag) = variable("BUILD_TAG") {
        let actor = variable("BUILD_USER_ID").or_else(|| variable("CHANGE_AUTHOR"));
        return Job { actor, run: Some(tag), commit: variable("GIT_COMMIT") };
    }
    if let Some(id) = variable("CI_JOB_ID") {
        return Job {
            actor: variable("GITLAB_USER_LOGIN"),
            run: Some(id),
            commit: variable("CI_COMMIT_SHA"),
        };
    }
    let run = variable("BUILDKITE_BUILD_ID");
    match run {
        Some(_) => {
            Job { actor: variable("BUILDKITE_BUILD_CREATOR"), run, commit: variable("BUILDKITE_COMMIT") }
        }
        None => Job::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(variables: &[(&str, &str)]) -> (Option<String>, Job) {
        let of = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| value.to_string());
        (link_in(of), job_in(of))
    }

    fn job(actor: &str, run: &str, commit: &str) -> Job {
        Job { actor: Some(actor.into()), run: Some(run.into()), commit: Some(commit.into()) }
    }

    #[test]
    fn every_ci_says_who_began_it_in_its_own_words() {
        let github = [
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_REPOSITORY", "acme/centre"),
            ("GITHUB_RUN_ID", "7"),
            ("GITHUB_RUN_ATTEMPT", "2"),
            ("GITHUB_ACTOR", "ada"),
            ("GITHUB_TRIGGERING_ACTOR", "grace"),
            ("GITHUB_SHA", "c0ffee"),
        ];
        let link = Some("https://github.com/acme/centre/actions/runs/7".to_string());
        assert_eq!(said(&github), (link, job("grace for ada", "7/2", "c0ffee")));
        let jenkins = [
            ("BUILD_TAG", "jenkins-centre-41"),
            ("BUILD_URL", "https://ci/41"),
            ("CHANGE_AUTHOR", "ada"),
            ("GIT_COMMIT", "c0ffee"),
        ];
        assert_eq!(said(&jenkins), (Some("https://ci/41".into()), job("ada", "jenkins-centre-41", "c0ffee")));
        let gitlab = [("CI_JOB_ID", "9"), ("GITLAB_USER_LOGIN", "ada"), ("CI_COMMIT_SHA", "c0ffee")];
        assert_eq!(said(&gitlab).1, job("ada", "9", "c0ffee"));
        let buildkite =
            [("BUILDKITE_BUILD_ID", "b"), ("BUILDKITE_BUILD_CREATOR", "ada"), ("BUILDKITE_COMMIT", "c0ffee")];
        assert_eq!(said(&buildkite).1, job("ada", "b", "c0ffee"));
        assert_eq!(said(&[]), (None, Job::default()));
    }
}
