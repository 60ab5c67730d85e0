"""What lets callers in beside policies: grants of KMS keys, access control lists of S3."""
