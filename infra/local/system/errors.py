"""What AWS answers when it refuses, in the words of its JSON protocol; the query protocol's words are looked up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

QUERY_FORM = {
    "AccessDeniedException": ("AccessDenied", 403),
    "ExpiredTokenException": ("ExpiredToken", 403),
    "IncompleteSignatureException": ("IncompleteSignature", 403),
    "InvalidSignatureException": ("SignatureDoesNotMatch", 403),
    "MissingAuthenticationTokenException": ("MissingAuthenticationToken", 403),
    "SerializationException": ("MalformedInput", 400),
    "ServiceUnavailableException": ("ServiceUnavailable", 503),
    "ThrottlingException": ("Throttling", 400),
    "UnknownOperationException": ("InvalidAction", 400),
    "UnrecognizedClientException": ("InvalidClientTokenId", 403),
    "ValidationException": ("ValidationError", 400),
}
"""JSON error code to the query protocol's code and status; codes not listed are spelt alike in both."""


class AWSError(Exception):
    """One refusal: a stable code, AWS's wording, an HTTP status."""

    def __init__(
        self, code: str, message: str, status: int = 400, members: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members or {}
        """What else the error's shape has, for example CancellationReasons."""

    def in_query_form(self) -> tuple[str, int]:
        """The code and status that STS and IAM use for the same refusal."""
        return QUERY_FORM.get(self.code, (self.code, self.status))


def invalid(message: str) -> AWSError:
    """A request whose members break the service model."""
    return AWSError("ValidationException", message)


class NotEmulated(Exception):
    """The stand-in does not know how AWS would judge this; it fails loudly rather than guess."""
