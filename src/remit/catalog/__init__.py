"""What AWS offers: actions, resource types, ARN formats; which permissions a call requires."""
