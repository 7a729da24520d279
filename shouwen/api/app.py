"""/api/v1: OpenAPI 3.1, bearer tokens, idempotency keys, keyset cursors, problem details."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from shouwen.api import bulk, cases, clauses, customers, facts, searching, tasks
from shouwen.api.asking import Bearer
from shouwen.api.problems import register

PROBLEM = "application/problem+json"


class Api(NinjaAPI):
    """Describes problems as what they are: ninja knows only application/json."""

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Return the OpenAPI description."""
        described = super().get_openapi_schema(**kwargs)
        for operations in described["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if int(status) >= 400 and "application/json" in response.get("content", {}):
                        response["content"] = {PROBLEM: response["content"].pop("application/json")}
        return described


api = Api(
    title="首问 Shouwen",
    version="1.0.0",
    description="The same verbs, rights and law as the pages. Every refusal names the clauses that refuse and what would make it lawful.",
    auth=Bearer(),
    docs_url=None,
    urls_namespace="api",
)
register(api)
api.add_router("/cases", cases.router)
api.add_router("", bulk.router)
api.add_router("/customers", customers.router)
api.add_router("/tasks", tasks.router)
api.add_router("/search", searching.router)
api.add_router("/clauses", clauses.router)
api.add_router("/facts", facts.router)
