"""Who may use the web app: the holder of this run's key, of the admin passphrase, or whom a load balancer vouches for."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import ipaddress
import math
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from athena_federation.errors import ConfigurationError
from slackanalytics.settings import Settings

WINDOW = 300.0
"""Seconds over which failed attempts are counted."""
PER_ADDRESS = 5
ALTOGETHER = 50
"""Failed attempts within the window, from one address and from all; then the answer is 429."""
AT_ONCE = 5
"""Secrets being checked or waiting for it; each takes a thread, and a passphrase a tenth of a second and more."""
A_MOMENT = 2.0
"""Seconds to wait while so many are."""
SHORTEST = 15
"""Characters of a passphrase: https://pages.nist.gov/800-63-4/sp800-63b.html, for one that is used alone."""
COST, BLOCK, PARALLEL = 2**15, 8, 3
"""scrypt's parameters, 32 MiB: https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html."""


class Access(Protocol):
    """How somebody shows who they are."""

    @property
    def prompt(self) -> str | None:
        """What the sign-in page asks for; None where it asks for nothing."""
        ...

    def accepts(self, secret: str) -> bool:
        """Whether this is the secret asked for, told in the same time whatever it is."""

    def vouched(self, headers: Sequence[tuple[bytes, bytes]], address: str) -> str | None:
        """Who a trusted intermediary says is asking."""


@dataclass(frozen=True, slots=True)
class LocalKey:
    """A single user, who has seen the address that this run printed. The key is in its fragment, which no server sees."""

    key: str = field(repr=False)
    prompt = "Key"

    @classmethod
    def new(cls) -> LocalKey:
        """A key of 128 random bits."""
        return cls(secrets.token_urlsafe(16))

    def accepts(self, secret: str) -> bool:
        return hmac.compare_digest(self.key.encode(), secret.encode("utf-8", "surrogatepass"))

    def vouched(self, _headers: Sequence[tuple[bytes, bytes]], _address: str) -> None:
        return None


class Passphrase:
    """An admin who knows the passphrase, of which only scrypt's hash is kept. Raises ConfigurationError for another text."""

    prompt = "Admin passphrase"

    def __init__(self, hashed: str) -> None:
        self._one_at_a_time = threading.Lock()  # each check takes 32 MiB and a tenth of a second
        try:
            kind, cost, block, parallel, salt, digest = hashed.split("$")
            self._parameters = (int(cost), int(block), int(parallel))
            self._salt, self._digest = (base64.b64decode(text, validate=True) for text in (salt, digest))
        except (ValueError, binascii.Error) as error:
            raise ConfigurationError(MALFORMED) from error
        weak = math.prod(self._parameters) < COST * BLOCK * PARALLEL or len(self._salt) < 16 or len(self._digest) < 32
        if kind != "scrypt" or weak or self._parameters[0] > 2**20 or max(self._parameters[1:]) > 32:
            raise ConfigurationError(MALFORMED)

    def __repr__(self) -> str:
        return "Passphrase(…)"

    def accepts(self, secret: str) -> bool:
        with self._one_at_a_time:
            return hmac.compare_digest(self._digest, _scrypt(secret, self._salt, self._parameters))

    def vouched(self, _headers: Sequence[tuple[bytes, bytes]], _address: str) -> None:
        return None


MALFORMED = "SLACKANALYTICS_ADMIN_PASSPHRASE must be the hash that `slackanalytics serve --new-passphrase` prints, not the passphrase"


def hashed(passphrase: str, salt: bytes | None = None) -> str:
    """What is kept of a passphrase. Raises ConfigurationError for one that is too short."""
    if len(passphrase) < SHORTEST:
        raise ConfigurationError(f"the passphrase must have at least {SHORTEST} characters; four words will do")
    salt = salt or secrets.token_bytes(16)
    digest = _scrypt(passphrase, salt, (COST, BLOCK, PARALLEL))
    return "$".join(
        ["scrypt", *map(str, (COST, BLOCK, PARALLEL)), *(base64.b64encode(b).decode() for b in (salt, digest))]
    )


def _scrypt(passphrase: str, salt: bytes, parameters: tuple[int, int, int]) -> bytes:
    cost, block, parallel = parameters
    memory = 2 * 128 * cost * block + 2**20
    text = passphrase.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=cost, r=block, p=parallel, maxmem=memory, dklen=32)


class IdentityHeader:
    """Whom a load balancer in front names in a header, believed from its own addresses only, and only people on the list.

    Raises ConfigurationError where the list of people or of addresses is empty or malformed.
    """

    prompt = None

    def __init__(self, name: str, people: Sequence[str], proxies: Sequence[str]) -> None:
        if not name or not people or not proxies:
            raise ConfigurationError(
                "SLACKANALYTICS_IDENTITY_HEADER needs SLACKANALYTICS_PEOPLE, whom it may name, and SLACKANALYTICS_PROXIES,"
                " the load balancer's addresses"
            )
        try:
            self._proxies = [ipaddress.ip_network(text) for text in proxies]
        except ValueError as error:
            raise ConfigurationError(f"SLACKANALYTICS_PROXIES must be addresses like 10.0.0.0/16: {error}") from error
        self._name = name.lower().encode("ascii", "replace")
        self._people = frozenset(text.encode().lower() for text in people)  # of bytes only A to Z are lowered

    def accepts(self, _secret: str) -> bool:
        return False

    def vouched(self, headers: Sequence[tuple[bytes, bytes]], address: str) -> str | None:
        named = [value for name, value in headers if name.lower() == self._name]
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return None
        if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:  # as sockets for both kinds show IPv4
            found = found.ipv4_mapped
        if len(named) != 1 or named[0].lower() not in self._people:
            return None
        return named[0].decode() if any(found in network for network in self._proxies) else None


def chosen(settings: Settings) -> Access:
    """The way in that the settings name, or a new key of this run. Raises ConfigurationError where they make no sense."""
    if settings.identity_header:
        return IdentityHeader(settings.identity_header, settings.people, settings.proxies)
    return Passphrase(settings.admin_passphrase) if settings.admin_passphrase else LocalKey.new()


class Attempts:
    """Attempts to sign in that failed or are under way, per address and altogether. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: list[tuple[float, str]] = []
        self._under_way = 0
        self._lock = threading.Lock()

    def begin(self, address: str) -> float:
        """
        0 where this address may try now; else the seconds until it may.

        An attempt counts as failed from its beginning, so that many at once are no more than many in turn. `end` ends it.
        """
        now = self._clock()
        with self._lock:
            self._failed = [(at, who) for at, who in self._failed if now - at < WINDOW]
            mine = [at for at, who in self._failed if who == address]
            every = [at for at, _ in self._failed]
            limits = [found[-most] for found, most in ((mine, PER_ADDRESS), (every, ALTOGETHER)) if len(found) >= most]
            if limits:
                return max(at + WINDOW - now for at in limits)
            if self._under_way >= AT_ONCE:
                return A_MOMENT
            self._under_way += 1
            self._failed.append((now, address))
            return 0.0

    def end(self, address: str, *, accepted: bool) -> None:
        """How an attempt that was begun has ended."""
        with self._lock:
            self._under_way -= 1
            if accepted:
                mine = [n for n, (_, who) in enumerate(self._failed) if who == address]
                del self._failed[mine[-1]]
