"""What answers look like. Tests compare each with what is really answered."""
