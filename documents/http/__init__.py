"""What the doors share over HTTP: the check of forged requests, problem documents."""
