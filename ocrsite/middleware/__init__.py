"""What every request passes: gates, host names, security headers, static files, time zone."""
