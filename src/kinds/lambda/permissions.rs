//! What IAM has to allow for Lambda.

use crate::aws::Grant;

const FUNCTIONS: &[&str] = &["arn:{partition}:lambda:{region}:{account}:function:*"];

/// Source: "Actions, resources, and condition keys for AWS Lambda", Service Authorization Reference.
pub const GRANTS: &[Grant] = &[
    // Neither knows resources.
    Grant::read(&["lambda:ListEventSourceMappings", "lambda:ListFunctions"], &["*"]),
    Grant::read(
        &[
            "lambda:GetFunction",
            "lambda:GetFunctionConfiguration",
            "lambda:GetPolicy",
            "lambda:ListAliases",
            "lambda:ListVersionsByFunction",
        ],
        FUNCTIONS,
    ),
    Grant::write(
        &[
            "lambda:AddPermission",
            "lambda:CreateAlias",
            "lambda:CreateFunction",
            "lambda:DeleteAlias",
            "lambda:DeleteFunction",
            "lambda:DeleteFunctionConcurrency",
            "lambda:PublishVersion",
            "lambda:PutFunctionConcurrency",
            "lambda:RemovePermission",
            "lambda:TagResource",
            "lambda:UntagResource",
            "lambda:UpdateAlias",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
        ],
        FUNCTIONS,
    ),
    Grant::write(
        &[
            "lambda:CreateEventSourceMapping",
            "lambda:DeleteEventSourceMapping",
            "lambda:UpdateEventSourceMapping",
        ],
        &["*"],
    ),
    Grant::read(&["cloudwatch:GetMetricData"], &["*"]).only("whether functions fail, for health"),
    Grant::write(&["s3:GetObject", "s3:PutObject"], &["arn:{partition}:s3:::{staging}/*"])
        .only("code that is too large for a call is staged there"),
    Grant::write(&["iam:PassRole"], &["arn:{partition}:iam::{account}:role/*"])
        .to("lambda.amazonaws.com")
        .only("a function has a role"),
];
