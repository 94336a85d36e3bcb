"""A `requests` session that signs whatever it sends, as a person of the cast."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests.auth import AuthBase

from system.cast import REGION
from system.principals import SessionCredentials


class Signature(AuthBase):
    """Signs the finished request with botocore's own signer."""

    def __init__(self, credentials: SessionCredentials) -> None:
        self._signer = SigV4Auth(
            Credentials(credentials.access_key, credentials.secret_key, credentials.token), "execute-api", REGION
        )

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.url = _strictly_encoded(request.url or "")
        to_sign = AWSRequest(request.method, request.url, data=request.body or b"")
        self._signer.add_auth(to_sign)
        request.headers.update(dict(to_sign.headers.items()))
        return request


def signed_session(credentials: SessionCredentials) -> requests.Session:
    """Keeps nothing between requests, and knows no proxy."""
    session = requests.Session()
    session.trust_env = False
    session.auth = Signature(credentials)
    return session


def _strictly_encoded(url: str) -> str:
    """The same with its query encoded as Signature Version 4 wants it: a space is %20, not a plus."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in pairs)
    return urlunsplit(parts._replace(query=query))
