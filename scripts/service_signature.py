"""Signs requests to `assay serve` as RFC 9421 says: for `requests`, and for schemathesis' hooks.

The key is the PEM file that SERVICE_KEY names.
"""
import base64
import hashlib
import os
import secrets
import time
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives import serialization


class Signature(requests.auth.AuthBase):
    def __init__(self, path):
        with open(path, "rb") as file:
            self.key = serialization.load_pem_private_key(file.read(), None)
        self.public = self.key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()

    def __call__(self, request):
        parts = urlsplit(request.url)
        query = request.url.partition("?")[2]
        values = {"@method": request.method, "@authority": parts.netloc.lower(),
                  "@path": parts.path or "/", "@query": "?" + query}
        body = request.body or b""
        if isinstance(body, str):
            body = body.encode()
        if not isinstance(body, bytes):
            body = request.body = body.read()
        if body:
            digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
            request.headers["Content-Digest"] = f"sha-256=:{digest}:"
            values["content-digest"] = request.headers["Content-Digest"]
        key = request.headers.get("Idempotency-Key")
        if key is not None:
            text = key.decode("latin-1") if isinstance(key, bytes) else key
            values["idempotency-key"] = text.strip(" \t")
        now = int(time.time())
        names = " ".join(f'"{name}"' for name in values)
        parameters = (f'({names});created={now};expires={now + 60};nonce="{secrets.token_hex(16)}"'
                      f';keyid="{self.public}";alg="ed25519"')
        base = "".join(f'"{name}": {value}\n' for name, value in values.items())
        signature = self.key.sign((base + f'"@signature-params": {parameters}').encode("latin-1"))
        request.headers["Signature-Input"] = f"sig={parameters}"
        request.headers["Signature"] = f"sig=:{base64.b64encode(signature).decode()}:"
        return request


if "SCHEMATHESIS_HOOKS" in os.environ:
    import schemathesis

    schemathesis.auth.set_from_requests(Signature(os.environ["SERVICE_KEY"]))
