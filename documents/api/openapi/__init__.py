"""The API's own description (OpenAPI 3.1), made from the views themselves.

| module | what |
|---|---|
| `describe` | the decorator by which a view says what it takes and answers |
| `operation` | what follows from the view: its scope, its problems, its headers |
| `problems` | the problem documents, by status |
| `shapes/` | what answers look like |
| `document` | the whole description; docs/openapi.yaml is its copy |
| `views` | `GET /api/schema/`, `GET /api/docs/` |
"""
