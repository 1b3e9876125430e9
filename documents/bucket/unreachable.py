"""Why no answer came from the bucket's server, in one sentence that says where to look."""

from __future__ import annotations

import re

import botocore.exceptions as botocore_errors
from urllib3.exceptions import HTTPError

#: Everything that says so. While an answer's body is read, urllib3's own errors come through.
ERRORS = (
    botocore_errors.HTTPClientError,
    botocore_errors.ConnectionError,
    botocore_errors.IncompleteReadError,
    HTTPError,
    ConnectionError,
    TimeoutError,
)


def why(error: BaseException, endpoint: str) -> str:
    """One sentence for a person about `error`, one of ERRORS."""
    # Some of botocore's errors keep to themselves what the system said.
    text = f"{error} {getattr(error, 'kwargs', {}).get('error', '')}"
    if isinstance(error, botocore_errors.SSLError) or "SSL" in text:
        return _tls(text, endpoint)
    if isinstance(error, botocore_errors.ProxyConnectionError):
        return f"The proxy on the way to {endpoint} does not answer: check the proxy variables."
    if isinstance(error, botocore_errors.ConnectTimeoutError):
        return f"There is no way to {endpoint} from here: nothing answers at this address."
    if isinstance(error, botocore_errors.ReadTimeoutError | TimeoutError):
        return f"The object storage at {endpoint} took the request and did not answer in time."
    if "refused" in text:
        return (
            f"Nothing listens at {endpoint}: check CLOUDRU_S3_ENDPOINT, its port too, and whether "
            "the object storage runs."
        )
    if re.search(r"resolve|getaddrinfo|Name or service|nodename|name resolution", text):
        return (
            f"The name in {endpoint} is not known: check CLOUDRU_S3_ENDPOINT and this machine's "
            "name service (DNS)."
        )
    if "unreachable" in text.lower() or "No route" in text:
        return f"There is no way to {endpoint} from here: check this machine's network."
    if isinstance(error, botocore_errors.EndpointConnectionError):
        return f"The server at {endpoint} can't be reached: check CLOUDRU_S3_ENDPOINT."
    return f"The connection to {endpoint} broke off before the answer was complete."


def _tls(text: str, endpoint: str) -> str:
    if "WRONG_VERSION_NUMBER" in text or "record layer" in text.lower():
        return (
            f"The server at {endpoint} does not speak TLS: if it has none, "
            "CLOUDRU_S3_ENDPOINT must begin with http://."
        )
    reason = re.search(r"certificate verify failed: ([^(]+)", text)
    if reason:
        return (
            f"The certificate of {endpoint} is not trusted ({reason[1].strip()}): its authority "
            "must be known to this machine, and the name in it must be the server's."
        )
    return f"No secure connection to {endpoint} comes about: check what answers there."
