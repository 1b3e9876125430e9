"""`/mcp`: the archive for language models, by the Model Context Protocol. It only reads.

| module | what |
|---|---|
| `view` | the address: who may ask, how large a request may be |
| `exchange` | one request, one answer, by the library `mcp`; loaded when somebody first asks |
| `tools` | what can be asked: search, a page, a document, the link of a file |
| `arguments` | what a tool takes, checked, and as the schema that a model sees |
| `answers` | how results are written, and how long they may be |
"""
