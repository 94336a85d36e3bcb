"""Condition operators and the condition keys that the stand-in can tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from .patterns import Keys, Undefined, arn_matches, matches, plain

KNOWN_KEYS = frozenset(
    key.lower()
    for key in (
        "aws:CurrentTime aws:EpochTime aws:PrincipalAccount aws:PrincipalArn aws:PrincipalIsAWSService "
        "aws:PrincipalOrgID aws:PrincipalType aws:RequestedRegion aws:ResourceAccount aws:ResourceOrgID "
        "aws:SecureTransport aws:SourceIdentity aws:SourceIp aws:TagKeys aws:TokenIssueTime aws:UserAgent aws:userid "
        "aws:username aws:ViaAWSService sts:ExternalId sts:RoleSessionName sts:SourceIdentity sts:TransitiveTagKeys "
        "ssm:DocumentType ssm:SessionDocumentAccessCheck kms:EncryptionContextKeys kms:ViaService dynamodb:EnclosingOperation "
        "dynamodb:LeadingKeys"
    ).split()
)
KNOWN_PREFIXES = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/", "ssm:resourcetag/",
                  "kms:encryptioncontext:")  # fmt: skip
_NAME = re.compile(r"^(?:(ForAnyValue|ForAllValues):)?([A-Za-z]+?)(IfExists)?$")


def is_known_key(key: str) -> bool:
    """Whether requests carry this key here when they carry it on AWS."""
    return key.lower() in KNOWN_KEYS or key.lower().startswith(KNOWN_PREFIXES)


@dataclass(frozen=True)
class Operator:
    """An operator's name taken apart."""

    test: str
    quantifier: str | None
    if_exists: bool


def parse_operator(name: str) -> Operator | None:
    """``ForAllValues:StringLikeIfExists`` and its like; ``None`` when there is no such operator."""
    match = _NAME.match(name)
    if match is None or match.group(2) not in (*_POSITIVE, *_NEGATED, "Null"):
        return None
    return Operator(match.group(2), match.group(1), match.group(3) is not None)


@dataclass(frozen=True)
class Condition:
    """One operator on one key; the values are alternatives."""

    operator: Operator
    key: str
    values: tuple[str, ...]

    def holds(self, keys: Keys, has_variables: bool) -> bool:
        """Whether the request's keys meet it."""
        present = keys.get(self.key.lower())
        if self.operator.test == "Null":
            return any((present is None) == (value.lower() == "true") for value in self.values)
        is_negated = self.operator.test in _NEGATED
        if present is None or present == []:
            # IAM Reference, "Condition operators": negated operators match a missing key; so does ForAllValues.
            return self.operator.if_exists or is_negated or self.operator.quantifier == "ForAllValues"
        request_values = [present] if isinstance(present, str) else list(present)
        test = _NEGATED.get(self.operator.test) or _POSITIVE[self.operator.test]

        def meets(value: str) -> bool:
            found = any(_try(test, wanted, value, keys, has_variables) for wanted in self.values)
            return not found if is_negated else found

        if self.operator.quantifier == "ForAllValues":
            return all(map(meets, request_values))
        if self.operator.quantifier == "ForAnyValue" or len(request_values) == 1:
            return any(map(meets, request_values))
        return False  # several values and no quantifier: IAM says not to; nothing is granted


Test = Callable[[str, str, Keys, bool], bool]


def _try(test: Test, wanted: str, value: str, keys: Keys, has_variables: bool) -> bool:
    try:
        return test(wanted, value, keys, has_variables)
    except Undefined:
        return False


def _like(wanted: str, value: str, keys: Keys, has_variables: bool) -> bool:
    return matches(wanted, value, keys, has_variables)


def _equals(wanted: str, value: str, keys: Keys, has_variables: bool) -> bool:
    return plain(wanted, keys, has_variables) == value


def _equals_ignoring_case(wanted: str, value: str, keys: Keys, has_variables: bool) -> bool:
    return plain(wanted, keys, has_variables).lower() == value.lower()


def _number(compare: Callable[[float, float], bool]) -> Test:
    return lambda wanted, value, keys, has_variables: compare(float(value), float(wanted))


def _date(compare: Callable[[datetime, datetime], bool]) -> Test:
    return lambda wanted, value, keys, has_variables: compare(_moment(value), _moment(wanted))


def _moment(text: str) -> datetime:
    if re.fullmatch(r"\d+", text):
        return datetime.fromtimestamp(int(text), UTC)
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


_POSITIVE: dict[str, Test] = {
    "StringEquals": _equals,
    "StringEqualsIgnoreCase": _equals_ignoring_case,
    "StringLike": _like,
    "ArnEquals": arn_matches,
    "ArnLike": arn_matches,
    "Bool": _equals_ignoring_case,
    "NumericEquals": _number(lambda value, wanted: value == wanted),
    "NumericLessThan": _number(lambda value, wanted: value < wanted),
    "NumericLessThanEquals": _number(lambda value, wanted: value <= wanted),
    "NumericGreaterThan": _number(lambda value, wanted: value > wanted),
    "NumericGreaterThanEquals": _number(lambda value, wanted: value >= wanted),
    "DateLessThan": _date(lambda value, wanted: value < wanted),
    "DateLessThanEquals": _date(lambda value, wanted: value <= wanted),
    "DateGreaterThan": _date(lambda value, wanted: value > wanted),
    "DateGreaterThanEquals": _date(lambda value, wanted: value >= wanted),
}
_NEGATED: dict[str, Test] = {
    "StringNotEquals": _equals,
    "StringNotEqualsIgnoreCase": _equals_ignoring_case,
    "StringNotLike": _like,
    "ArnNotEquals": arn_matches,
    "ArnNotLike": arn_matches,
}


def as_keys(values: dict[str, str | Sequence[str] | None]) -> dict[str, str | Sequence[str]]:
    """Names in lower case, absent values left out."""
    return {name.lower(): value for name, value in values.items() if value is not None}
