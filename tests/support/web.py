"""Requests to the collector's web application, without a port."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI


class Client:
    """Asks one application; a failure inside it is an answer, as it is over a network."""

    def __init__(self, web: FastAPI, *, base_url: str) -> None:
        self._transport = httpx.ASGITransport(app=web, raise_app_exceptions=False)
        self._base_url = base_url

    def request(self, method: str, path: str, **request: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url=self._base_url
            ) as client:
                return await client.request(method, path, **request)

        return asyncio.run(ask())

    def get(self, path: str, **request: Any) -> httpx.Response:
        return self.request("GET", path, **request)

    def post(self, path: str, **request: Any) -> httpx.Response:
        return self.request("POST", path, **request)

    def patch(self, path: str, **request: Any) -> httpx.Response:
        return self.request("PATCH", path, **request)
