"""The two kinds of process the reader consists of: OCR workers and background tasks.

Each is one Dramatiq worker under the supervisor. The main thread never works: it reports that the
process lives, keeps the leases, watches the clock and obeys signals, whatever the working thread
is stuck in.
"""
