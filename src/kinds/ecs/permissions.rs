//! What IAM has to allow for ECS, and for what stands behind its services.

use crate::aws::Grant;

const ANY: &[&str] = &["*"];
const CLUSTERS: &[&str] = &[
    "arn:{partition}:ecs:{region}:{account}:cluster/*",
    "arn:{partition}:ecs:{region}:{account}:service/*",
    "arn:{partition}:ecs:{region}:{account}:service-deployment/*",
    "arn:{partition}:ecs:{region}:{account}:service-revision/*",
    "arn:{partition}:ecs:{region}:{account}:task/*",
];
const DEFINITIONS: &[&str] = &["arn:{partition}:ecs:{region}:{account}:task-definition/*"];
/// Images are put into registries of the own account, and read wherever a service has them from: the policy of a repository of
/// another account decides there ("Private repository policies", Amazon ECR User Guide).
const OWN_IMAGES: &[&str] = &["arn:{partition}:ecr:*:{account}:repository/*"];
const IMAGES: &[&str] = &["arn:{partition}:ecr:*:*:repository/*"];
const CODEDEPLOY: &[&str] = &["arn:{partition}:codedeploy:{region}:{account}:*"];

/// Source: "Actions, resources, and condition keys" for Amazon ECS, ECR, CodeDeploy, Elastic Load Balancing V2, CloudWatch, CloudWatch
/// Logs, IAM, Systems Manager and Secrets Manager, Service Authorization Reference.
pub const GRANTS: &[Grant] = &[
    Grant::read(
        &[
            "ecs:DescribeTaskDefinition",
            "ecs:ListClusters",
            "ecs:ListServices",
            "ecs:ListTaskDefinitions",
            "ecs:ListTasks",
        ],
        ANY,
    ),
    Grant::read(
        &[
            "ecs:DescribeServiceDeployments",
            "ecs:DescribeServiceRevisions",
            "ecs:DescribeServices",
            "ecs:DescribeTasks",
            "ecs:ListServiceDeployments",
        ],
        CLUSTERS,
    ),
    Grant::read(
        &[
            "elasticloadbalancing:DescribeListeners",
            "elasticloadbalancing:DescribeRules",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
        ],
        ANY,
    ),
    Grant::read(
        &[
            "codedeploy:BatchGetDeploymentGroups",
            "codedeploy:BatchGetDeployments",
            "codedeploy:GetDeployment",
            "codedeploy:GetDeploymentConfig",
            "codedeploy:ListDeploymentGroups",
            "codedeploy:ListDeployments",
        ],
        CODEDEPLOY,
    ),
    // These know no resource.
    Grant::read(
        &[
            "codedeploy:GetDeploymentTarget",
            "codedeploy:ListApplications",
            "codedeploy:ListDeploymentConfigs",
            "codedeploy:ListDeploymentTargets",
        ],
        ANY,
    ),
    Grant::read(&["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:ListImages"], IMAGES),
    Grant::read(&["logs:GetLogEvents"], &["arn:{partition}:logs:{region}:{account}:log-group:*"])
        .only("a deployment that failed is explained by what its tasks logged"),
    Grant::read(&["cloudwatch:DescribeAlarms"], ANY),
    Grant::read(&["iam:GetRole"], &["arn:{partition}:iam::{account}:role/*"])
        .only("roles of tasks are looked up"),
    Grant::read(&["ssm:GetParameters"], &["arn:{partition}:ssm:{region}:{account}:parameter/*"])
        .only("secrets of tasks are looked up"),
    Grant::read(
        &["secretsmanager:DescribeSecret"],
        &["arn:{partition}:secretsmanager:{region}:{account}:secret:*"],
    )
    .only("secrets of tasks are looked up"),
    // What makes and ends definitions knows no resource.
    Grant::write(&["ecs:DeregisterTaskDefinition"], ANY)
        .only("a definition that a rollback leaves is taken out of use"),
    Grant::write(&["ecs:RegisterTaskDefinition"], ANY),
    Grant::write(
        &["ecs:CreateService", "ecs:DeleteService", "ecs:StopServiceDeployment", "ecs:UpdateService"],
        CLUSTERS,
    ),
    Grant::write(&["ecs:ContinueServiceDeployment"], CLUSTERS).only("ladders of native deployments pause"),
    Grant::write(&["ecs:TagResource"], DEFINITIONS).only("definitions keep their tags"),
    Grant::write(
        &[
            "codedeploy:CreateDeployment",
            "codedeploy:CreateDeploymentConfig",
            "codedeploy:GetApplicationRevision",
            "codedeploy:RegisterApplicationRevision",
        ],
        CODEDEPLOY,
    )
    .only("services that CodeDeploy deploys"),
    // These know no resource either.
    Grant::write(&["codedeploy:ContinueDeployment", "codedeploy:StopDeployment"], ANY)
        .only("services that CodeDeploy deploys"),
    Grant::write(&["iam:PassRole"], &["arn:{partition}:iam::{account}:role/*"])
        .to("ecs-tasks.amazonaws.com")
        .only("tasks have roles"),
    Grant::write(&["iam:PassRole"], &["arn:{partition}:iam::{account}:role/*"])
        .to("ecs.amazonaws.com")
        .only("services have roles"),
    // From where images come, and to where they go: asked in the account of the one, and of the other.
    Grant::read(&["ecr:GetAuthorizationToken"], ANY).only("images are copied from here"),
    Grant::read(&["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer"], IMAGES)
        .only("images are copied from here"),
    Grant::write(
        &["ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"],
        OWN_IMAGES,
    )
    .only("images are copied to here"),
];
