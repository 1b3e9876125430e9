"""Why no answer came from the bucket's server, as one message that says where to look."""

from __future__ import annotations

import re

import botocore.exceptions as botocore_errors
from urllib3.exceptions import HTTPError

from documents.messages import Message

#: The exceptions that mean so. While an answer's body is read, urllib3's own come through.
ERRORS = (
    botocore_errors.HTTPClientError,
    botocore_errors.ConnectionError,
    botocore_errors.IncompleteReadError,
    HTTPError,
    ConnectionError,
    TimeoutError,
)


def explain_unreachable(error: BaseException, endpoint: str) -> Message:
    """Why `error`, one of ERRORS, was raised by a request to `endpoint`."""
    # Some of botocore's errors do not repeat the operating system's reason.
    text = f"{error} {getattr(error, 'kwargs', {}).get('error', '')}"
    if isinstance(error, botocore_errors.SSLError) or "SSL" in text:
        return _explain_tls(text, endpoint)
    if isinstance(error, botocore_errors.ProxyConnectionError):
        return Message(
            "The proxy on the way to {endpoint} does not answer: check the proxy variables.",
            endpoint=endpoint,
        )
    if isinstance(error, botocore_errors.ConnectTimeoutError):
        return Message(
            "There is no way to {endpoint} from here: nothing answers at this address.",
            endpoint=endpoint,
        )
    if isinstance(error, botocore_errors.ReadTimeoutError | TimeoutError):
        return Message(
            "The object storage at {endpoint} took the request and did not answer in time.",
            endpoint=endpoint,
        )
    return _explain_by_text(text, endpoint) or _explain_by_type(error, endpoint)


def _explain_by_text(text: str, endpoint: str) -> Message | None:
    if "refused" in text:
        return Message(
            "Nothing listens at {endpoint}: check CLOUDRU_S3_ENDPOINT, its port too, and whether "
            "the object storage runs.",
            endpoint=endpoint,
        )
    if re.search(r"resolve|getaddrinfo|Name or service|nodename|name resolution", text):
        return Message(
            "The name in {endpoint} is not known: check CLOUDRU_S3_ENDPOINT and this machine's "
            "name service (DNS).",
            endpoint=endpoint,
        )
    if "unreachable" in text.lower() or "No route" in text:
        return Message(
            "There is no way to {endpoint} from here: check this machine's network.",
            endpoint=endpoint,
        )
    return None


def _explain_by_type(error: BaseException, endpoint: str) -> Message:
    if isinstance(error, botocore_errors.EndpointConnectionError):
        return Message(
            "The server at {endpoint} can't be reached: check CLOUDRU_S3_ENDPOINT.",
            endpoint=endpoint,
        )
    return Message(
        "The connection to {endpoint} broke off before the answer was complete.",
        endpoint=endpoint,
    )


def _explain_tls(text: str, endpoint: str) -> Message:
    if "WRONG_VERSION_NUMBER" in text or "record layer" in text.lower():
        return Message(
            "The server at {endpoint} does not speak TLS: if it has none, CLOUDRU_S3_ENDPOINT "
            "must begin with http://.",
            endpoint=endpoint,
        )
    reason = re.search(r"certificate verify failed: ([^(]+)", text)
    if reason:
        return Message(
            "The certificate of {endpoint} is not trusted ({reason}): its authority must be known "
            "to this machine, and the name in it must be the server's.",
            endpoint=endpoint,
            reason=reason[1].strip(),
        )
    return Message(
        "No secure connection to {endpoint} can be made: check what answers there.",
        endpoint=endpoint,
    )
