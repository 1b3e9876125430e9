"""Addresses that people name and this machine calls: which of them it may call, and how.

| module | what |
|---|---|
| `addresses` | a URL, where it leads, and whether that is allowed; resolved once |
| `fetch` | the bytes at a URL, within limits, every redirect checked again |
"""
