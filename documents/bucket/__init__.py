"""The object storage: S3 client, error mapping, access check, health, circuit breaker."""
