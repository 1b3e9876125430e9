"""The worker processes: OCR, background and sync.

Each is one Dramatiq worker under the supervisor. The main thread never works: it sends the
heartbeat, renews leases, watches the clock and handles signals, whatever the working thread does.
"""
