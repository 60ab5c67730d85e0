"""Source code to calls: an abstract interpreter that runs once for each stage."""
