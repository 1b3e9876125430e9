"""Telling addresses outside what happens to documents, by Standard Webhooks.

| module | what |
|---|---|
| `messages` | the outbox: what an event means to which webhook |
| `send` | one attempt: signed, to a checked address, within a time |
"""
