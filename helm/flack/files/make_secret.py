"""Makes the Secret with Flack's own keys, unless it is there. A key that exists is never changed.

Run by a Job before the first install and every upgrade; needs Python's standard library only. SECRET is its name, and
KEYS a JSON object from what the chart calls a key to the name it has in the Secret.
"""

import base64
import json
import os
import secrets
import ssl
import sys
import urllib.error
import urllib.request

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
# RFC 8410, section 7: what stands before the 32 bytes of an Ed25519 private key in PKCS #8.
PKCS8_ED25519 = bytes.fromhex("302e020100300506032b657004220420")


def signing_key():
    body = base64.b64encode(PKCS8_ED25519 + secrets.token_bytes(32)).decode()
    return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n"


def call(method, path, body=None):
    host = os.environ["KUBERNETES_SERVICE_HOST"]
    address = f"[{host}]" if ":" in host else host
    with open(f"{ACCOUNT}/token") as token:
        headers = {"Authorization": f"Bearer {token.read()}", "Content-Type": "application/json"}
    if method == "PATCH":
        headers["Content-Type"] = "application/merge-patch+json"
    request = urllib.request.Request(
        f"https://{address}:{os.environ['KUBERNETES_SERVICE_PORT']}{path}",
        method=method,
        headers=headers,
        data=json.dumps(body).encode() if body else None,
    )
    context = ssl.create_default_context(cafile=f"{ACCOUNT}/ca.crt")
    with urllib.request.urlopen(request, timeout=20, context=context) as answer:
        return json.load(answer)


def ensure(name, keys):
    with open(f"{ACCOUNT}/namespace") as namespace:
        path = f"/api/v1/namespaces/{namespace.read().strip()}/secrets"
    try:
        present = call("GET", f"{path}/{name}").get("data") or {}
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        present = None
    missing = {key: kind for kind, key in keys.items() if key not in (present or {})}
    values = {
        key: signing_key() if kind == "signingKeys" else secrets.token_urlsafe(32)
        for key, kind in missing.items()
    }
    if present is None:
        labels = json.loads(os.environ.get("LABELS", "{}"))
        body = {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "labels": labels},
            "stringData": values,
        }
        call("POST", path, body)
    elif missing:
        call("PATCH", f"{path}/{name}", {"stringData": values})
    return sorted(missing)


def main():
    name = os.environ["SECRET"]
    try:
        made = ensure(name, json.loads(os.environ["KEYS"]))
    except urllib.error.HTTPError as error:
        sys.exit(f"Secret {name}: the API server answered {error.code} {error.reason}")
    except OSError as error:
        sys.exit(f"Secret {name}: the API server cannot be reached: {error}")
    print(f"Secret {name}: made {', '.join(made)}" if made else f"Secret {name}: complete, left as it is")


if __name__ == "__main__":
    main()
