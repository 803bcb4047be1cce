"""What caller and environment say about connections: the proxy, and the certificates.

Everything that cannot be used is said when the client is made, and never with a proxy's password.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from mistral_client.checks import configuration_error
from mistral_client.settings import Network

if TYPE_CHECKING:
    import ssl

    from mistral_client.errors import ConfigurationError
    from mistral_client.settings import Cert, Verify

# How long an unused connection is kept, in seconds.
KEEP_S: Final = 20.0

_ONE: Final = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEP_S)

_PROXY_KINDS: Final = ("http", "https", "socks5", "socks5h")

_PROXY_VARIABLES: Final = "HTTPS_PROXY, HTTP_PROXY or ALL_PROXY"

# Where httpx and Python look for certificates, and for a file to write the keys of connections to.
_TLS_VARIABLES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


class Origin:
    """What all connections of a client share: the proxy for the base URL, and one TLS context."""

    def __init__(self, base_url: str, network: Network | None = None) -> None:
        """Take what the caller says, and the environment's word for the rest.

        Raises:
            ConfigurationError: The proxy or certificates cannot be used.

        """
        self.is_secure = base_url.startswith("https:")
        self._network = network = network or Network()
        self._who = _who(network.proxy)
        self._proxy_url = proxy_for(base_url, network.proxy)
        is_told = network.verify is not True or network.cert is not None
        if self._proxy_url is not None or (
            self.is_secure and (is_told or _certificates_are_named())
        ):
            self._try()

    def pool(self) -> httpx.BaseTransport:
        """Return a new pool of one connection, for threads."""
        return httpx.HTTPTransport(verify=self._context, limits=_ONE, proxy=self._proxy)

    def async_pool(self) -> httpx.AsyncBaseTransport:
        """Return a new pool of one connection, for tasks."""
        return httpx.AsyncHTTPTransport(verify=self._context, limits=_ONE, proxy=self._proxy)

    @cached_property
    def _proxy(self) -> httpx.Proxy | None:
        url = self._proxy_url
        if url is None:
            return None
        return httpx.Proxy(url, ssl_context=self._context if url.startswith("https:") else None)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """The TLS context; where nothing is encrypted an empty one, which costs nothing."""
        if not self.is_secure and not (self._proxy_url or "").startswith("https:"):
            import ssl  # noqa: PLC0415 - loaded with the first connection

            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            return _tls_context(self._network)
        except (OSError, TypeError, ValueError) as fault:
            raise configuration_error(
                f"The certificates cannot be loaded: {fault}. Correct verify=... and cert=..., or "
                f"correct or unset the environment variables {', '.join(_TLS_VARIABLES)}."
            ) from fault

    def _try(self) -> None:
        """Make a pool that is never used: httpx then says what it cannot use.

        Its own words are not passed on: they may repeat the proxy's URL.
        """
        context = self._context
        try:
            httpx.HTTPTransport(verify=context, limits=_ONE, proxy=self._proxy)
        except ImportError:
            raise configuration_error(
                f"{self._who} names a SOCKS proxy, and the package for that is missing: "
                f"pip install 'httpx[socks]', or unset {_PROXY_VARIABLES}."
            ) from None
        except (ValueError, httpx.InvalidURL):
            raise _useless_proxy(self._who) from None


def network_of(
    verify: Verify, cert: Cert | None, proxy: str | httpx.URL | httpx.Proxy | None
) -> Network:
    """Return how connections are made.

    Raises:
        ConfigurationError: Something is of a wrong kind.

    """
    is_known = isinstance(verify, bool | os.PathLike) or hasattr(verify, "verify_mode")
    if not is_known and not (isinstance(verify, str) and verify):
        raise configuration_error(
            f"verify must be True, False, a path or an ssl.SSLContext, not {verify!r}."
        )
    paths = cert if isinstance(cert, tuple | list) else (cert,)
    if cert is not None and not (
        0 < len(paths) < 4 and all(isinstance(path, str | os.PathLike) for path in paths)
    ):
        raise configuration_error(
            "cert must be a path, or the paths of certificate and key, and the key's password."
        )
    return Network(verify=verify, cert=cert, proxy=_read_proxy(proxy))


def _read_proxy(proxy: object) -> str | None:
    """Return the URL of a proxy, in any of the forms that httpx takes."""
    if isinstance(proxy, httpx.Proxy):
        if proxy.headers or proxy.ssl_context is not None:
            raise configuration_error(
                "A proxy with headers or a TLS context of its own goes to an http_client of yours."
            )
        user, password = proxy.raw_auth or (None, None)
        if user is not None and password is not None:
            proxy = proxy.url.copy_with(username=user.decode(), password=password.decode())
        else:
            proxy = proxy.url
    if isinstance(proxy, httpx.URL):
        return str(proxy)
    if proxy is None or (isinstance(proxy, str) and proxy):
        return proxy
    raise configuration_error(
        "proxy must be the URL of a proxy, such as http://user:password@host:3128; leave it out "
        f"to take that of the environment. It is {'empty' if proxy == '' else type(proxy)}."
    )


def _tls_context(network: Network) -> ssl.SSLContext:
    """Return the context for connections.

    Raises:
        OSError: Files cannot be used.

    """
    import ssl  # noqa: PLC0415 - loaded with the first connection

    verify = network.verify
    if isinstance(verify, ssl.SSLContext):
        context = verify
    elif isinstance(verify, bool):
        context = httpx.create_ssl_context() if verify else httpx.create_ssl_context(verify=False)
    elif os.path.isdir(verify):  # noqa: PTH112 - a path as the caller writes it
        context = ssl.create_default_context(capath=verify)
    else:
        context = ssl.create_default_context(cafile=verify)
    cert = network.cert
    if isinstance(cert, str | os.PathLike):
        context.load_cert_chain(cert)
    elif cert is not None:
        context.load_cert_chain(*cert)
    return context


def proxy_for(base_url: str, given: str | None = None) -> str | None:
    """Return the proxy that was given, or that the environment names for a base URL, or None.

    Raises:
        ConfigurationError: The proxy is of an unknown kind, or without a usable host and port.

    """
    parts = urlsplit(base_url)
    proxy, who = given, _who(given)
    if not proxy:
        proxies = getproxies()
        proxy = proxies.get(parts.scheme) or proxies.get("all")
        if not proxy or proxy_bypass(parts.hostname or ""):
            return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    kind, host = _kind_and_host(proxy)
    if kind not in _PROXY_KINDS:
        raise configuration_error(
            f"{who} names a proxy of the unknown kind {kind!r} for {parts.scheme}; "
            f"known are {', '.join(_PROXY_KINDS)}."
        )
    if not host:
        raise _useless_proxy(who)
    return proxy


def _kind_and_host(url: str) -> tuple[str, str]:
    """Return scheme and host of a URL; the host is empty where nothing can be connected to."""
    try:
        parts = urlsplit(url)
        host = "" if parts.port == 0 else parts.hostname or ""
    except ValueError:
        return url.partition(":")[0].lower(), ""  # what follows may be a password
    return parts.scheme, host


def _who(given: str | None) -> str:
    """Return who names the proxy, for messages."""
    return "The argument proxy" if given else "The environment"


def _useless_proxy(who: str) -> ConfigurationError:
    return configuration_error(
        f"{who} names a proxy that cannot be used: expected something like "
        f"http://user:password@host:3128 in {_PROXY_VARIABLES}, with %-escapes for special "
        "characters in name and password."
    )


def _certificates_are_named() -> bool:
    return any(os.environ.get(name) for name in _TLS_VARIABLES)
