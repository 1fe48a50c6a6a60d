"""What a test asks of single nodes: as a client, as an API that verifies tokens, as the bearer of one."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import httpx
from tests.faults.moody import login
from tests.faults.servers import Answer, Client
from tests.nodes.node import Node
from tests.nodes.site import ISSUER, Site

from accredit.keys.jose import PublicKeys, read_header

CLAIMED = ("ES256",)


async def log_in(node: Node, number: int, *, client_id: str = "app") -> Answer:
    """Log in at one node."""
    client = Client(node.server.port, client_id=client_id)
    try:
        return await client.log_in(login("steady", "good", number))
    finally:
        client.leave()


async def refresh(node: Node, refresh_token: str, *, client_id: str = "app") -> Answer:
    """Use a refresh token at one node."""
    client = Client(node.server.port, refresh_token=refresh_token, client_id=client_id)
    try:
        return await client.refresh()
    finally:
        client.leave()


async def at_all(nodes: Sequence[Node], times: int, refresh_token: str, *, client_id: str = "app") -> list[Answer]:
    """Use a refresh token at all nodes at once, so many times at each. The connections are open before."""
    clients = [
        Client(node.server.port, refresh_token=refresh_token, client_id=client_id)
        for _ in range(times)
        for node in nodes
    ]
    await asyncio.gather(*(client.connect() for client in clients))
    answers = await asyncio.gather(*(client.refresh() for client in clients))
    for client in clients:
        client.leave()
    return answers


def good(answers: Iterable[Answer]) -> list[Answer]:
    """Return those that are answered well."""
    return [answer for answer in answers if answer.status == 200]


async def userinfo(node: Node, access_token: str) -> int:
    """Ask one node whose an access token is; return the status."""
    client = Client(node.server.port)
    try:
        return (await client.ask("/userinfo", {"access_token": access_token})).status
    finally:
        client.leave()


class Verifier:
    """An API that verifies access tokens as libraries do: it keeps the keys, and asks anew for a `kid` it lacks."""

    def __init__(self, site: Site) -> None:
        self._url = f"http://127.0.0.1:{site.front.port}/.well-known/jwks.json"
        self._keys = PublicKeys({"keys": []})
        self.fetches = 0

    async def fetch(self) -> None:
        """Ask any node for the keys."""
        self.fetches += 1
        async with httpx.AsyncClient(trust_env=False) as client:
            self._keys = PublicKeys((await client.get(self._url)).raise_for_status().json())

    async def verify(self, access_token: str) -> Mapping[str, Any]:
        """Return the claims.

        Raises:
            InvalidJwt: it is not signed by a key that is published.
        """
        if kid_of(access_token) not in self._keys:
            await self.fetch()
        claims = self._keys.verify(access_token, algorithms=CLAIMED)
        assert claims["iss"] == ISSUER
        return claims


def kid_of(token: str) -> str:
    """Return which key has signed a token."""
    return str(read_header(token)["kid"])
