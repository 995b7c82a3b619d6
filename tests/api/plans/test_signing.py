"""Keys and signatures: what holds, what is refused, and that a private key survives its file."""

from __future__ import annotations

import pytest
from cablenet_api.plans.errors import SignatureError
from cablenet_api.plans.signing import (
    check_signature,
    key_from_pem,
    key_to_pem,
    new_key,
    public_text,
    sign,
    statement_for,
)

from .conftest import NOON


def test_a_key_comes_back_from_its_file_with_its_passphrase_only() -> None:
    key = new_key()
    pem = key_to_pem(key, b"open sesame")
    assert public_text(key_from_pem(pem, b"open sesame").public_key()) == public_text(
        key.public_key())
    with pytest.raises(SignatureError, match="passphrase is wrong"):
        key_from_pem(pem, b"open barley")
    with pytest.raises(SignatureError, match="no passphrase was given"):
        key_from_pem(pem, None)
    with pytest.raises(SignatureError, match="no PEM key"):
        key_from_pem(b"nothing", None)


@pytest.mark.parametrize("change", [
    {"version": 2}, {"office": "Minister"}, {"digest": "b" * 64}, {"reservation": "none at all"},
])
def test_a_changed_statement_does_not_hold(change: dict[str, object]) -> None:
    made = sign(statement_for("ring", 1, "a" * 64, organisation="india", office="Secretary",
                              signed_at=NOON), new_key())
    check_signature(made)
    with pytest.raises(SignatureError, match="does not hold"):
        check_signature(made.model_copy(update={
            "statement": made.statement.model_copy(update=change)}))


def test_what_is_no_key_is_told() -> None:
    made = sign(statement_for("ring", 1, "a" * 64, organisation="india", office="Secretary",
                              signed_at=NOON), new_key())
    with pytest.raises(SignatureError, match="32 bytes"):
        check_signature(made.model_copy(update={"public_key": "abcd" * 5}))
