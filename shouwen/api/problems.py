"""Problems as RFC 9457 problem details: status, code, a sentence in the reader's language, and the clauses that refuse."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from shouwen.api.asking import language
from shouwen.base.errors import Complaint, FieldError, NotFound, Problem, TooMany
from shouwen.base.faults import Fault, fault_of

TITLES: Final[Mapping[int, tuple[str, str]]] = {
    400: ("请求无法理解", "Bad request"), 401: ("需要有效的令牌", "A valid token is needed"), 403: ("没有权限", "Not permitted"),
    404: ("没有找到", "Not found"), 409: ("制度不允许", "Refused by the law"), 413: ("内容太大", "Too large"),
    422: ("有内容需要改正", "Something has to be put right"),
    429: ("太频繁", "Too many requests"), 500: ("系统出错了", "Something of ours is broken"),
    503: ("暂时办不了", "Not available now"), 507: ("磁盘已满", "The disk is full"),
}  # fmt: skip
# pydantic's words for what is wrong, in Chinese: those our shapes can raise. tests/breaking/test_api.py provokes each of them.
WORDS_ZH: Final[Mapping[str, str]] = {
    "missing": "必须填写", "string_type": "应为文字", "int_type": "应为整数", "int_parsing": "应为整数", "extra_forbidden": "没有这个字段",
    "string_too_long": "太长", "string_too_short": "太短", "dict_type": "应为一组键值", "model_attributes_type": "应为一组键值",
    "list_type": "应为列表", "too_long": "太多", "greater_than_equal": "太小", "less_than_equal": "太大", "int_parsing_size": "太大",
    "literal_error": "不是可选的值", "string_pattern_mismatch": "格式不对", "string_unicode": "含有无法识别的字符",
    "datetime_from_date_parsing": "应为带时区的时间", "timezone_aware": "时间须带时区", "value_error": "应为写成文字、带时区的时间",
}  # fmt: skip
OTHERWISE_ZH: Final = "内容不合要求"  # for whatever else pydantic may find one day: a Chinese reader is not answered in English
WHOLE: Final = "body"  # what is named where nothing inside the body is to blame, but that it is no object at all
OURS: Final = (
    500,
    "broken",
    "已记录下来，没有改动任何数据。请告诉系统管理员。",
    "It was noted, and nothing was changed. Tell the administrator.",
)
FAULTS: Final[Mapping[Fault, tuple[int, str, str, str]]] = {
    Fault.DOWN: (
        503, "database_down", "数据库暂时连不上。没有改动任何数据，请稍候重试。",
        "The database cannot be reached. Nothing was changed; try again soon.",
    ),
    Fault.BUSY: (
        503, "database_busy", "系统太忙。没有改动任何数据，请稍候重试。", "Too busy just now. Nothing was changed; try again soon.",
    ),
    Fault.READ_ONLY: (
        503, "database_read_only", "数据库暂时只能查看。没有保存，请稍候重试。",
        "The database takes no changes just now. Nothing was kept; try again soon.",
    ),
    Fault.FULL: (
        507, "storage_full", "磁盘已满，没有保存。请通知系统管理员。", "The disk is full and nothing was kept. Tell the administrator.",
    ),
}  # fmt: skip
RETRY_AFTER: Final = 5  # seconds
LOG: Final = logging.getLogger("django.request")


def register(api: NinjaAPI) -> None:
    """Let the API answer every problem in this form."""
    handlers: dict[type[Exception], Callable[..., HttpResponse]] = {
        Problem: _problem, ValidationError: _invalid, AuthenticationError: _no_token, Http404: _missing, HttpError: _http,
        RequestDataTooBig: _too_big, Exception: _broken,
    }  # fmt: skip
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def details(status: int, lang: str, body: Mapping[str, Any]) -> HttpResponse:
    """Return problem details."""
    content = json.dumps(_titled(status, lang, body), ensure_ascii=False).encode(
        "utf-8", "replace"
    )  # half a character said again
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
        place = [str(p) for p in e.get("loc", ()) if p not in ("body", "query", "path", "header", "payload", "[key]")]
        code, said = str(e.get("type", "invalid")), str(e.get("msg", ""))
        yield Complaint(".".join(place) or WHOLE, WORDS_ZH.get(code, OTHERWISE_ZH), said.removeprefix("Value error, "), code)


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


def _too_big(request: HttpRequest, _error: RequestDataTooBig) -> HttpResponse:
    lang = language(request)
    said = "The body is too large; send it in parts." if lang.startswith("en") else "请求内容太大，请分几次发送。"
    return details(413, lang, {"code": "too_big", "detail": said})


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """What nobody foresaw: of the database or the disk when it came of them, else a fault of ours, which is logged as Django does."""
    lang, fault = language(request), fault_of(error)
    if fault is None:
        LOG.error("Internal Server Error: %s", request.path, exc_info=error)
        got_request_exception.send(sender=None, request=request)
    else:
        LOG.error("%s: %s", fault.value, request.path)
    status, code, *said = FAULTS[fault] if fault else OURS
    response = details(status, lang, {"code": code, "detail": said[lang.startswith("en")]})
    if status == 503:
        response["Retry-After"] = str(RETRY_AFTER)
    return response
