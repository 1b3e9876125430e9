"""Middleware: gates, host names, security headers, static files, time zone."""
