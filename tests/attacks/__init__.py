"""Attacks on the site, kept as programs: bounded, and on the loopback interface only."""
