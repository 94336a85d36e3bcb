"""Verifies AWS Signature Version 4 by signing the received request again with botocore's own signer."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import ReadOnlyCredentials

from .errors import AWSError
from .principals import CredentialStore, SessionCredentials
from .wire import Request

ALGORITHM = "AWS4-HMAC-SHA256"
SKEW = timedelta(minutes=5)
_HEADER = re.compile(
    rf"^{ALGORITHM} Credential=(?P<credential>[^, ]+),\s*SignedHeaders=(?P<headers>[^, ]+),"
    r"\s*Signature=(?P<signature>[0-9a-f]{64})$"
)
_TIMESTAMP = re.compile(r"^\d{8}T\d{6}Z$")


class DateOutOfRange(AWSError):
    """The signature's date is too far from now; AWS gives it the code of a bad signature."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidSignatureException", message)


@dataclass(frozen=True)
class Verified:
    """A request whose signature holds."""

    credentials: SessionCredentials
    region: str
    service: str


@dataclass(frozen=True)
class _Claim:
    """What a request says about its own signature."""

    access_key: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    token: str | None
    lifetime: timedelta | None
    """How long a presigned URL is good for; ``None`` for a signed header."""


def is_signed(request: Request) -> bool:
    """Whether a request carries a signature, good or bad, in its header or its query."""
    return request.header("Authorization") is not None or "x-amz-" in request.query.lower()


def claimed_service(request: Request) -> str | None:
    """The service named in the credential scope, unverified: it says which protocol a refusal is worded in."""
    try:
        return _read(request).service
    except AWSError:
        return None


def verify(
    request: Request,
    credentials: CredentialStore,
    services: Collection[str],
    regions: Callable[[str], Collection[str]],
    now: Callable[[], datetime],
) -> Verified:
    """Checks scope, date, token, expiry and signature; `regions` gives the Regions that a service may be scoped to.

    Raises :class:`AWSError` with the code that AWS gives for the first thing that is wrong.
    """
    claim = _read(request)
    issued = credentials.find(claim.access_key)
    if issued is None or not hmac.compare_digest((claim.token or "").encode(), issued.token.encode()):
        raise AWSError("UnrecognizedClientException", "The security token included in the request is invalid.")
    if claim.service not in services:
        wanted = " or ".join(f"'{service}'" for service in sorted(services))
        raise AWSError("InvalidSignatureException", f"Credential should be scoped to correct service: {wanted}.")
    if claim.region not in regions(claim.service):
        raise AWSError(
            "InvalidSignatureException", f"Credential should be scoped to a valid region, not '{claim.region}'."
        )
    _check_date(claim, now())
    if not hmac.compare_digest(_signature(request, claim, issued), claim.signature):
        raise AWSError(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details.",
        )
    if issued.expiration <= now():
        raise AWSError("ExpiredTokenException", "The security token included in the request is expired")
    return Verified(issued, claim.region, claim.service)


def _read(request: Request) -> _Claim:
    header = request.header("Authorization")
    if header is not None:
        match = _HEADER.match(header)
        if match is None:
            raise AWSError("IncompleteSignatureException", "Authorization header is not in the form of Signature V4.")
        found = match.groupdict()
        timestamp, token, lifetime = request.header("X-Amz-Date"), request.header("X-Amz-Security-Token"), None
    else:
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        if "X-Amz-Signature" not in query or query.get("X-Amz-Algorithm") != ALGORITHM:
            raise AWSError("MissingAuthenticationTokenException", "Missing Authentication Token")
        found = {
            "credential": query.get("X-Amz-Credential", ""),
            "headers": query.get("X-Amz-SignedHeaders", ""),
            "signature": query["X-Amz-Signature"],
        }
        timestamp, token = query.get("X-Amz-Date"), query.get("X-Amz-Security-Token")
        expires = query.get("X-Amz-Expires", "")
        if not expires.isdigit() or not 1 <= int(expires) <= 604_800:
            raise AWSError("IncompleteSignatureException", "X-Amz-Expires must be between 1 and 604800 seconds.")
        lifetime = timedelta(seconds=int(expires))
    if timestamp is None or not _TIMESTAMP.match(timestamp):
        raise AWSError("IncompleteSignatureException", "Authorization requires a valid X-Amz-Date.")
    scope = unquote(found["credential"]).split("/")
    if len(scope) != 5 or scope[4] != "aws4_request":
        raise AWSError("IncompleteSignatureException", "Credential must have five slash-delimited elements.")
    names = tuple(found["headers"].split(";"))
    _check_signed_headers(request, names)
    if scope[1] != timestamp[:8]:
        raise AWSError("InvalidSignatureException", "Date in Credential scope does not match YYYYMMDD from X-Amz-Date.")
    return _Claim(scope[0], scope[1], scope[2], scope[3], names, found["signature"], timestamp, token, lifetime)


def _check_signed_headers(request: Request, names: tuple[str, ...]) -> None:
    present = {name.lower() for name, _ in request.headers}
    needed = {"host"} | {name for name in present if name.startswith("x-amz-")}
    missing = sorted(needed - set(names)) + sorted(set(names) - present)
    if missing or list(names) != sorted(set(names)):
        raise AWSError(
            "InvalidSignatureException", f"SignedHeaders must be sorted, present and complete: {', '.join(missing)}."
        )


def _check_date(claim: _Claim, now: datetime) -> None:
    signed = datetime.strptime(claim.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if signed + (claim.lifetime or SKEW) < now:
        raise DateOutOfRange(
            f"Signature expired: {claim.timestamp} is now earlier than {now - SKEW:%Y%m%dT%H%M%SZ} "
            f"({now:%Y%m%dT%H%M%SZ} - 5 min.)",
        )
    if signed - SKEW > now:
        raise DateOutOfRange(
            f"Signature not yet current: {claim.timestamp} is still later than {now + SKEW:%Y%m%dT%H%M%SZ} "
            f"({now:%Y%m%dT%H%M%SZ} + 5 min.)",
        )


class _Resigner(SigV4Auth):
    """botocore's signer over the headers that the client says it signed, where botocore would pick its own."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        chosen = HTTPHeaders()
        for name, value in request.headers.items():
            if name.lower() in request.context["signed_headers"]:
                chosen[name.lower()] = value
        return chosen


def _signature(request: Request, claim: _Claim, issued: SessionCredentials) -> str:
    query = "&".join(pair for pair in request.query.split("&") if not pair.startswith("X-Amz-Signature="))
    url = f"http://{request.header('Host')}{request.path}" + (f"?{query}" if query else "")
    body = b"" if claim.lifetime else request.body
    again = AWSRequest(method=request.method, url=url, data=body)
    for name, value in request.headers:
        again.headers.add_header(name, value)
    declared = request.header("X-Amz-Content-SHA256")
    if declared is not None and declared != hashlib.sha256(body).hexdigest():
        raise AWSError("InvalidSignatureException", "The value of x-amz-content-sha256 is not the body's digest.")
    again.context.update(timestamp=claim.timestamp, signed_headers=frozenset(claim.signed_headers))
    keys = ReadOnlyCredentials(issued.access_key, issued.secret_key, issued.token)
    signer = _Resigner(keys, claim.service, claim.region)
    return signer.signature(signer.string_to_sign(again, signer.canonical_request(again)), again)
