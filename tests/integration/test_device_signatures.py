"""The harness's own signer, checked against a published Ed25519 key (RFC 8032, 7.1, test 1) and the payload layout."""
import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from gatewaylib import Device

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
CLIENT = {"id": "cli", "mode": "cli", "platform": " LinuX ", "deviceFamily": "Mac"}


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_identity():
    device = Device(SEED)
    assert device.public_key == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert device.id == "21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9"


def test_payloads():
    device = Device(SEED)
    key = Ed25519PublicKey.from_public_bytes(decode(device.public_key))
    fields = dict(nonce="n", signed_at=5, client=CLIENT, role="operator", scopes=["a", "b"], token="t")
    key.verify(decode(device.proof(**fields)["signature"]),
               ("v3|%s|cli|cli|operator|a,b|5|t|n|linux|mac" % device.id).encode())
    key.verify(decode(device.proof(**fields, version="v2")["signature"]),
               ("v2|%s|cli|cli|operator|a,b|5|t|n" % device.id).encode())
