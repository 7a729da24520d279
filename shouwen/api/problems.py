"""Problems as RFC 9457 problem details: status, code, a sentence in the reader's language, and the clauses that refuse."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from shouwen.api.asking import language
from shouwen.base.errors import Complaint, FieldError, NotFound, Problem, TooMany

TITLES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("请求无法理解", "Bad request"), 401: ("需要有效的令牌", "A valid token is needed"), 403: ("没有权限", "Not permitted"),
    404: ("没有找到", "Not found"), 409: ("制度不允许", "Refused by the law"), 422: ("有内容需要改正", "Something has to be put right"),
    429: ("太频繁", "Too many requests"), 503: ("数据库暂时连不上", "The database cannot be reached"),
}  # fmt: skip
# pydantic's words for what is wrong, in Chinese; what is not here keeps the English.
WORDS_ZH: Final[Mapping[str, str]] = {
    "missing": "必须填写", "string_type": "应为文字", "int_type": "应为整数", "int_parsing": "应为整数", "extra_forbidden": "没有这个字段",
    "string_too_long": "太长", "string_too_short": "太短", "bool_type": "应为 true 或 false", "dict_type": "应为一组键值",
    "list_type": "应为列表", "too_long": "太多", "greater_than_equal": "太小", "less_than_equal": "太大", "literal_error": "不是可选的值",
    "string_pattern_mismatch": "格式不对", "datetime_parsing": "应为带时区的时间", "datetime_type": "应为带时区的时间",
    "timezone_aware": "时间须带时区", "value_error": "应为写成文字、带时区的时间", "json_invalid": "不是合法的 JSON",
}  # fmt: skip


def register(api: NinjaAPI) -> None:
    """Let the API answer every problem in this form."""
    handlers: dict[type[Exception], Callable[..., HttpResponse]] = {
        Problem: _problem, ValidationError: _invalid, AuthenticationError: _no_token, Http404: _missing, HttpError: _http,
        OperationalError: _down, InterfaceError: _down,
    }  # fmt: skip
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def details(status: int, lang: str, body: Mapping[str, Any]) -> HttpResponse:
    """Return problem details."""
    content = json.dumps(_titled(status, lang, body), ensure_ascii=False)
    return HttpResponse(content, status=status, content_type="application/problem+json; charset=utf-8")


def problem_body(problem: Problem, lang: str) -> dict[str, Any]:
    """Return the problem details of one of many."""
    return _titled(problem.status, lang, problem.details(lang))


def _titled(status: int, lang: str, body: Mapping[str, Any]) -> dict[str, Any]:
    zh, en = TITLES.get(status, TITLES[400])
    return {"type": "about:blank", "title": en if lang.startswith("en") else zh, "status": status, **body}


def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    lang = language(request)
    response = details(problem.status, lang, problem.details(lang))
    if isinstance(problem, TooMany):
        response["Retry-After"] = str(problem.retry_after)
    return response


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _problem(request, FieldError(_complaints(error.errors)))


def _complaints(errors: Iterable[Mapping[str, Any]]) -> Iterable[Complaint]:
    for e in errors:
        place = [str(p) for p in e.get("loc", ()) if p not in ("body", "query", "path", "header", "payload")]
        code, said = str(e.get("type", "invalid")), str(e.get("msg", ""))
        yield Complaint(".".join(place), WORDS_ZH.get(code, said), said, code)


def _no_token(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    lang = language(request)
    said = "Send a valid token: Authorization: Bearer …" if lang.startswith("en") else "请带上有效的令牌:Authorization: Bearer …"
    response = details(401, lang, {"code": "no_token", "detail": said})
    response["WWW-Authenticate"] = 'Bearer realm="shouwen"'
    return response


def _missing(request: HttpRequest, _error: Http404) -> HttpResponse:
    return _problem(request, NotFound())


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    lang = language(request)
    said = "The body is not valid JSON." if lang.startswith("en") else "请求内容不是合法的 JSON。"
    return details(error.status_code, lang, {"code": "bad_request", "detail": said})


def _down(request: HttpRequest, _error: Exception) -> HttpResponse:
    lang = language(request)
    said = "Nothing was changed; try again soon." if lang.startswith("en") else "没有改动任何数据,请稍候重试。"
    return details(503, lang, {"code": "database_down", "detail": said})
