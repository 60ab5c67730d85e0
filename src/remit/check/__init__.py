"""Rules about a project: what its code needs against what its roles are granted."""
