//! What IAM has to allow for sites.

use crate::aws::Grant;

const BUCKETS: &[&str] = &["arn:{partition}:s3:::{bucket}"];
const FILES: &[&str] = &["arn:{partition}:s3:::{bucket}/*"];
const FRONTS: &[&str] = &["arn:{partition}:cloudfront::{account}:distribution/*"];

/// Source: "Actions, resources, and condition keys for Amazon S3" and "... for Amazon CloudFront", Service Authorization
/// Reference: HeadBucket and ListObjectsV2 are s3:ListBucket, DeleteObjects is s3:DeleteObject.
pub const GRANTS: &[Grant] = &[
    Grant::read(&["s3:ListBucket"], BUCKETS),
    Grant::read(&["s3:GetObject"], FILES),
    Grant::write(&["s3:DeleteObject", "s3:PutObject"], FILES),
    Grant::read(&["cloudfront:GetDistribution"], FRONTS),
    Grant::write(&["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"], FRONTS),
];
