"""The two operations of the national API, in its shapes: 200, 400 with E0001–E0004, 401, 503."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI

from sesshu.kernel.number_scanner import contains_number
from sesshu.numbers import callers
from sesshu.numbers.callers import Caller
from sesshu.numbers.unregistered import assigning, choices, fields, inquiring, oauth
from sesshu.numbers.unregistered.choices import ApiScope, ErrorCode
from sesshu.numbers.unregistered.fields import Field, Trouble
from sesshu.numbers.unregistered.models import ApiClient
from sesshu.protection.audit import NotRecorded
from sesshu.protection.keys.roots import KeyTrouble
from sesshu.protection.services import ensure_municipality
from sesshu.protection.tenancy import acting_for

_LARGEST = 64 * 1024  # bytes of a request
_log = logging.getLogger(__name__)
Act = Callable[[Mapping[str, str], Caller], list[dict[str, Any]]]
Together = Callable[[Mapping[str, str]], list[Trouble]]

api = NinjaAPI(
    title="Sesshu 住登外者宛名番号 付番・照会",
    version="1.0",
    description="共通機能標準仕様書の公開用API。OAuth 2.0(client credentials、client_secret_jwt)と相互TLS。",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="unregistered",
)


def _body(rules: Mapping[str, Field]) -> dict[str, Any]:
    properties = {
        name: {"type": "string", "title": rule.title, "maxLength": rule.most}
        | ({"pattern": f"^{rule.pattern}$"} if rule.pattern else {})
        for name, rule in rules.items()
    }
    schema = {
        "type": "object",
        "properties": properties,
        "required": [name for name, rule in rules.items() if rule.required],
        "additionalProperties": False,
    }
    said = {"application/json": {"schema": {"type": "object"}}}
    refused = {
        status: {"description": "エラー", "content": said} for status in (400, 401, 403, 404, 500, 503)
    }
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {200: {"description": "OK", "content": said}, **refused},
    }


@api.post("/jutogaishaatenabangofuban", openapi_extra=_body(fields.ASSIGNING))
def assign(request: HttpRequest) -> HttpResponse:
    """住登外者宛名番号の付番。"""
    return _answer(request, ApiScope.ASSIGN, choices.ASSIGN, fields.ASSIGNING, fields.between, _assign)


@api.post("/jutogaishaatenakihonjohosyokai", openapi_extra=_body(fields.INQUIRING))
def inquire(request: HttpRequest) -> HttpResponse:
    """住登外者宛名基本情報の照会。"""
    return _answer(
        request, ApiScope.INQUIRE, choices.INQUIRE, fields.INQUIRING, fields.between_keys, _inquire
    )


def _assign(values: Mapping[str, str], by: Caller) -> list[dict[str, Any]]:
    version = assigning.assign(values, by=by)
    return [
        {
            "shikuchosonkodo": values["shikuchosonkodo"],
            "atenabango": version.person.addressee_number,
            "rirekibango": version.number,
            "shorikubun": version.kind,
        }
    ]


def _inquire(values: Mapping[str, str], by: Caller) -> list[dict[str, Any]]:
    return inquiring.inquire(values, by=by)


def _answer(
    request: HttpRequest, scope: str, path: str, rules: Mapping[str, Field], together: Together, act: Act
) -> HttpResponse:
    client = oauth.client_of(request, scope)
    if client is None:
        return _said(401, path, "Unauthorized", "アクセストークンが正しくないか、権限がありません。")
    try:
        values, wrong = _values(request, client, rules, together)
        if wrong:
            return _bad(path, wrong)
        return _said(200, path, "OK", "正常に処理しました。", result=_done(client, values, act))
    except assigning.Impossible as impossible:
        return _bad(path, [impossible.trouble])
    except inquiring.TooMany:
        return _bad(path, [Trouble(ErrorCode.CORRELATION, "該当者が多すぎます。条件を加えてください。")])
    except (DatabaseError, KeyTrouble, NotRecorded) as error:
        _log.error("the national API failed: %s", type(error).__name__)
        return _said(503, path, "Service Unavailable", "処理できませんでした。時間をおいて再送してください。")


def _values(
    request: HttpRequest, client: ApiClient, rules: Mapping[str, Field], together: Together
) -> tuple[dict[str, str], list[Trouble]]:
    said = _read(request)
    wrong = fields.troubles(said, rules)
    if wrong:
        return {}, wrong
    values = fields.cleaned(said, rules)
    wrong = together(values)
    if (values["shikuchosonkodo"], values["gyomuid"]) != (client.city, client.business):
        wrong.append(
            Trouble(
                ErrorCode.CORRELATION, "市区町村コードまたは業務IDが、このクライアントのものではありません。"
            )
        )
    if contains_number((values["sosashaid"],)):  # it stands in the log
        wrong.append(
            Trouble(ErrorCode.CORRELATION, "操作者ID(sosashaid)に個人番号とみられる数字があります。")
        )
    values["dokujishisakushisutemutoid"] = values["dokujishisakushisutemutoid"] or "000"
    return values, wrong


def _read(request: HttpRequest) -> Any:
    if int(request.META.get("CONTENT_LENGTH") or 0) > _LARGEST:
        return None
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return None


def _done(client: ApiClient, values: Mapping[str, str], act: Act) -> list[dict[str, Any]]:
    ensure_municipality(client.city)
    by = Caller(f"national:{client.business}", values["sosashaid"], "", uuid.uuid4(), client.business)
    try:
        with acting_for(client.city):
            return act(values, by)
    except (assigning.Impossible, inquiring.TooMany):
        with acting_for(client.city):
            callers.record(by, "unregistered-refused", result="refused")
        raise


def _bad(path: str, troubles: list[Trouble]) -> HttpResponse:
    errors = [{"code": str(each.code), "message": each.message} for each in troubles]
    return _said(400, path, "Bad Request", "要求の内容に誤りがあります。", errors=errors)


def _said(status: int, path: str, title: str, detail: str, **more: Any) -> HttpResponse:
    body = {"metadata": {"title": title, "detail": detail}, "_links": {"self": {"href": f"/{path}"}}}
    if status in (401, 503):
        more["errors"] = [{"code": str(status), "message": detail}]
    response = JsonResponse(body | more, status=status, json_dumps_params={"ensure_ascii": False})
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response
