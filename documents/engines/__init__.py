"""Which engines there are: the product's own, and those that installed packages bring."""
