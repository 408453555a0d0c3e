//! The stages of a deployment, forwards and back ("Lifecycle stages", DescribeServiceDeployments).

use super::native::number;
use super::rules::Rules;
use super::service_deployment::{Progress, ServiceDeployment, Step, Strategy, Work};

const PRE_PRODUCTION: Step = Step { stage: "PRE_PRODUCTION_TRAFFIC_SHIFT", work: Work::Nothing };

/// What the shifts of the production traffic are: shares, and the minutes after each.
fn shifts(deployment: &ServiceDeployment) -> Vec<(f64, f64)> {
    let configuration = &deployment.configuration;
    let of = |part: &str, member: &str, default: f64| number(configuration, part, member, default);
    match deployment.strategy {
        // The defaults are those of CanaryConfiguration and LinearConfiguration.
        Strategy::Canary => {
            let percent = of("canaryConfiguration", "canaryPercent", 5.0);
            vec![(percent, of("canaryConfiguration", "canaryBakeTimeInMinutes", 10.0)), (100.0, 0.0)]
        }
        Strategy::Linear => {
            let step = of("linearConfiguration", "stepPercent", 10.0).max(3.0);
            let bake = of("linearConfiguration", "stepBakeTimeInMinutes", 6.0);
            // A percentage by which 100 cannot be divided has a smaller last step: of 11 % there are 9 that are waited after
            // (LinearConfiguration of AWS::ECS::Service, CloudFormation template reference).
            let mut shares = Vec::new();
            let mut share = step;
            while share < 100.0 {
                shares.push((share, bake));
                share += step;
            }
            // "not after 100%" (LinearConfiguration).
            shares.push((100.0, 0.0));
            shares
        }
        Strategy::Rolling | Strategy::BlueGreen => vec![(100.0, 0.0)],
    }
}

/// From the first to the last stage. LINEAR and CANARY go through the production shift once for each step.
pub(crate) fn forward(deployment: &ServiceDeployment, rules: &Rules) -> Vec<Step> {
    let by_steps = deployment.strategy != Strategy::BlueGreen;
    let stage = |stage, work| Step { stage, work };
    let mut plan = vec![
        stage("RECONCILE_SERVICE", Work::Reconcile),
        stage("PRE_SCALE_UP", Work::Nothing),
        stage("SCALE_UP", Work::ScaleUp),
        stage("POST_SCALE_UP", Work::Nothing),
        stage("TEST_TRAFFIC_SHIFT", Work::Test(100.0)),
        stage("POST_TEST_TRAFFIC_SHIFT", Work::Nothing),
    ];
    for (nth, (share, minutes)) in shifts(deployment).into_iter().enumerate() {
        // assumed: switch ecs_pre_production_before_first_step
        if by_steps && (nth > 0 || rules.pre_production_first) {
            plan.push(PRE_PRODUCTION);
        }
        plan.push(stage("PRODUCTION_TRAFFIC_SHIFT", Work::Shift(share, minutes)));
        // assumed: switch ecs_post_production_at_each_step
        if share >= 100.0 || by_steps && rules.post_production_each {
            plan.push(stage("POST_PRODUCTION_TRAFFIC_SHIFT", Work::Nothing));
        }
    }
    let bake = number(&deployment.configuration, "", "bakeTimeInMinutes", 0.0);
    plan.push(stage("BAKE_TIME", Work::Bake(bake)));
    plan.push(stage("CLEAN_UP", Work::CleanUp));
    plan
}

/// Back from where it is. There is no stage for a rollback: the shifts are done again, towards 0 ("Lifecycle hooks",
/// deploy notes on rollbacks), so their hooks are called again.
pub(crate) fn backward(progress: &Progress) -> Vec<Step> {
    let mut plan = Vec::new();
    if progress.production > 0.0 {
        plan.push(Step { stage: "PRODUCTION_TRAFFIC_SHIFT", work: Work::Shift(0.0, 0.0) });
    }
    if progress.test > 0.0 {
        plan.push(Step { stage: "TEST_TRAFFIC_SHIFT", work: Work::Test(0.0) });
    }
    plan.push(Step { stage: "CLEAN_UP", work: Work::CleanUp });
    plan
}
