"""The WebAuthn ceremonies (W3C Web Authentication Level 3, §7.1, §7.2): questions, and checks of the answers.

What was asked and which passkeys there are is kept by `community`; nothing here touches the database.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.requests import Request
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    options_to_json_dict,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from community.errors import BadPasskey, PasskeyRefused
from community.types import AccountInfo, PasskeyInfo, PasskeyProof

_log = structlog.get_logger(__name__)
_NAME = "Understudy"
# The library lets a few of its own parsing mistakes through as these.
_MALFORMED = (WebAuthnException, ValueError, TypeError, LookupError, AttributeError)


@dataclass(frozen=True, slots=True)
class Party:
    """The relying party as browsers see it: the host's name, and the origin that pages have."""

    id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A credential whose registration was checked."""

    credential_id: bytes
    public_key: bytes
    sign_count: int


def party_of(request: Request) -> Party:
    """The relying party of a request; the guard has checked that the host is ours.

    Raises:
        BadPasskey: the page was opened by a number, which passkeys can't belong to.
    """
    host = request.url.hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return Party(host, f"{request.url.scheme}://{request.url.netloc}")
    raise BadPasskey("Passkeys need a name, not a number: open this page as http://localhost instead.")


def ask_to_register(
    party: Party, account: AccountInfo, known: Sequence[PasskeyInfo], challenge: bytes
) -> dict[str, Any]:
    """What a browser hands to `navigator.credentials.create()`, in its JSON form."""
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=_NAME,
        user_id=account.handle,
        user_name=account.name,
        challenge=challenge,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    return options_to_json_dict(options)


def check_registration(answer: dict[str, Any], challenge: bytes, party: Party) -> Registered:
    """What an authenticator made, if it answers this challenge for this party.

    Raises:
        BadPasskey: malformed, or for something else.
    """
    try:
        found = verify_registration_response(
            credential=parse_registration_credential_json(answer),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
    except _MALFORMED as error:
        _log.info("passkey.not_registered", reason=str(error))
        raise BadPasskey("The passkey couldn't be checked, so it wasn't added. Please try again.") from error
    return Registered(found.credential_id, found.credential_public_key, found.sign_count)


def ask_to_sign_in(party: Party, challenge: bytes) -> dict[str, Any]:
    """What a browser hands to `navigator.credentials.get()`, in its JSON form: any passkey will do."""
    options = generate_authentication_options(
        rp_id=party.id, challenge=challenge, user_verification=UserVerificationRequirement.PREFERRED
    )
    return options_to_json_dict(options)


def parse_assertion(answer: dict[str, Any]) -> AuthenticationCredential:
    """A browser's answer, unchecked: it says by which credential.

    Raises:
        PasskeyRefused: malformed.
    """
    try:
        return parse_authentication_credential_json(answer)
    except _MALFORMED as error:
        raise _refused(error) from error


def check_assertion(
    answer: AuthenticationCredential, challenge: bytes, proof: PasskeyProof, party: Party
) -> int:
    """The authenticator's new signature counter, if it has signed this challenge for this party.

    Raises:
        PasskeyRefused: another challenge, origin, key or account, or a counter that went back.
    """
    if answer.response.user_handle not in (None, proof.handle):
        raise _refused(ValueError("the user handle is another account's"))
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=proof.public_key,
            credential_current_sign_count=proof.sign_count,
        )
    except _MALFORMED as error:
        raise _refused(error) from error
    return found.new_sign_count


def _refused(error: Exception) -> PasskeyRefused:
    _log.info("passkey.refused", reason=str(error))
    return PasskeyRefused("This passkey wasn't accepted. Try again, or use a sign-in link.")
