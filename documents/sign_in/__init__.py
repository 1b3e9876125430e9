"""Logging in, below every door: hashing that is bounded, delays that grow, devices and tokens.

| module | what |
|---|---|
| `hash_queue` | how many passwords are hashed at the same time |
| `hashers` | Argon2 and PBKDF2 behind that queue (settings.PASSWORD_HASHERS) |
| `client` | who sends a request: address and known devices |
| `known_devices` | the cookie of a device that has logged in before |
| `throttle` | how long to wait after wrong passwords |
| `tokens` | keys for programs |

`actions/log_in.py` uses all of them; no door checks a password itself.
"""
