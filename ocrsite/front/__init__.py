"""The front: takes requests from Granian, and gives them to Django only when they are complete.

One event loop reads every body and sends every response, so a slow client costs a coroutine and
never a thread. Django runs in pools of threads (WSGI).

| module | what |
|---|---|
| `server` | the web process: Granian on the supervisor's socket |
| `application` | one request from its head to the last byte of its response |
| `limits` | which bodies are taken, how large, how slow, from whom |
| `sender` | whose credentials a request carries |
| `intake` | the bodies that are being read, and which of them are broken off |
| `spool` | where a body lies until Django reads it |
| `shares` | how many uploads at a time, shared fairly between accounts |
| `pools` | the threads in which Django runs |
| `wsgi` | a request as WSGI's environ, a response as pieces |
| `refusals` | what a request gets that Django never sees |
"""
