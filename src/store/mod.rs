//! Where things are kept: S3 and DynamoDB; a directory and SQLite; memory.
