//! What IAM has to allow for the shared store.

use crate::aws::Grant;

const TABLES: &[&str] = &[
    "arn:{partition}:dynamodb:{region}:*:table/{audit}",
    "arn:{partition}:dynamodb:{region}:*:table/{leases}",
];
const OBJECTS: &[&str] = &["arn:{partition}:s3:::{bucket}/{prefix}*"];

/// Source: "Actions, resources, and condition keys" for Amazon S3 and Amazon DynamoDB, Service Authorization Reference:
/// TransactWriteItems is allowed by what its items do. `audit` and `leases` are the tables, `bucket` and `prefix` where objects are.
pub const GRANTS: &[Grant] = &[
    // Without it an object that is not there cannot be told from one that may not be seen.
    Grant::read(&["s3:ListBucket"], &["arn:{partition}:s3:::{bucket}"]),
    Grant::read(&["s3:GetObject"], OBJECTS),
    Grant::read(&["dynamodb:Query"], TABLES),
    Grant::write(&["s3:PutObject"], OBJECTS),
    Grant::write(&["dynamodb:ConditionCheckItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], TABLES),
];

/// What `store forget` needs beside [`GRANTS`], and nothing else does: whoever deploys removes nothing from the store. Source:
/// as above. In a bucket that keeps versions it makes delete markers; s3:DeleteObjectVersion is not asked for.
pub const FORGET_GRANTS: &[Grant] = &[Grant::write(&["s3:DeleteObject"], OBJECTS).only("store forget")];
