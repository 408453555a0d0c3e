//! What IAM has to allow for gates.

use crate::aws::Grant;

/// Source: "Actions, resources, and condition keys" for Amazon CloudWatch, Amazon ECR and AWS Lambda, Service Authorization
/// Reference.
pub const GRANTS: &[Grant] = &[
    Grant::read(&["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"], &["*"])
        .only("gates on alarms and metrics"),
    Grant::read(&["ecr:DescribeImageScanFindings"], &["arn:{partition}:ecr:*:*:repository/*"])
        .only("gates on scans of images"),
    Grant::write(&["lambda:InvokeFunction"], &["arn:{partition}:lambda:{region}:{account}:function:*"])
        .only("gates that invoke a function"),
];
