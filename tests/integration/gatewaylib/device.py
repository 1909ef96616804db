"""A device identity of the protocol: an Ed25519 key and what it signs (OpenClaw protocol 4)."""
import base64
import hashlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def lower_ascii(text):
    """Trimmed, with A-Z alone in lower case: what v3 signs of platform and device family."""
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in (text or "").strip())


class Device:
    def __init__(self, seed=None):
        self._key = Ed25519PrivateKey.from_private_bytes(seed) if seed else Ed25519PrivateKey.generate()
        raw = self._key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.public_key = base64url(raw)
        self.id = hashlib.sha256(raw).hexdigest()

    def sign(self, text):
        return base64url(self._key.sign(text.encode()))

    def proof(self, *, nonce, signed_at, client, role, scopes, token="", version="v3"):
        """The `device` object of connect. `client` is the client object of the same connect."""
        fields = [version, self.id, client["id"], client["mode"], role, ",".join(scopes), str(signed_at), token, nonce]
        if version == "v3":
            fields += [lower_ascii(client.get("platform")), lower_ascii(client.get("deviceFamily"))]
        return {"id": self.id, "publicKey": self.public_key, "signature": self.sign("|".join(fields)),
                "signedAt": signed_at, "nonce": nonce}
