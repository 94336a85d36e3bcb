"""What becomes of an invocation that gives no reply."""

from __future__ import annotations


class InvocationFailed(Exception):
    """The function reported an error, or its process died."""


class InvocationTimedOut(Exception):
    """The function works on, but whoever invoked it waits no longer."""
