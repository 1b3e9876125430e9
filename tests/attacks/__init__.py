"""Attacks on a site of one's own: bounded in number and time, over the loopback interface only.

Each module is a script (`python -m tests.attacks.slow_bodies`) that prints figures, and is used by
a test with smaller numbers.

| module | what the attacker does |
|---|---|
| `slow_bodies` | many bodies that drip a byte every two seconds, to the log-in and to uploads |
| `endless_headers` | many requests whose heads never end |
| `stalled_uploads` | many uploads, by somebody with an account, that stop after 100 kB |
| `log_in_flood` | many log-ins at the same time |
| `jail` | what a child that opens uploaded files might try |
| `honest_uploads` | no attack: 50 large uploads at a time, by clients that try again |
"""
