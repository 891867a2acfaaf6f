"""What can go wrong with people.

UnderstudyError
├── BadInput
│   ├── BadAvatar            a name, slug, language or time zone that can't be used
│   ├── BadAccount           a person's name that can't be used
│   ├── BadChat              a chat's setting that can't be used
│   ├── BadLink              two accounts that can't be linked, or not by this code
│   ├── BadNote              a note or a tag that can't be kept
│   └── BadPasskey           an authenticator's answer that can't be kept as a passkey
├── NotFound
│   ├── NoSuchAvatar         no avatar of that name
│   ├── NoSuchChat           the avatar is in no such chat
│   └── NoSuchMember         this creator has no such person
├── NotSignedIn
│   ├── LinkSpent            the sign-in link was used, or is too old
│   ├── StaffLinkSpent       the link that tells a platform who somebody is was used, or is too old
│   └── PasskeyRefused       the passkey is unknown, or its proof doesn't hold
├── NotAllowed
│   └── NoSuchRole           the account has no role with that creator
└── Conflict
    ├── LastOwner            somebody has to own the creator
    └── SharedAccount        the account works for another creator too
"""

from kernel.errors import BadInput, Conflict, NotAllowed, NotFound, NotSignedIn


class BadAvatar(BadInput):
    """A name, slug, language or time zone that can't be used."""

    code = "bad_avatar"


class BadNote(BadInput):
    """A note or a tag about a fan that can't be kept."""

    code = "bad_note"


class NoSuchAvatar(NotFound):
    """No avatar has that name."""

    code = "no_such_avatar"


class LinkSpent(NotSignedIn):
    """The sign-in link was used already, or is too old."""

    code = "link_spent"


class StaffLinkSpent(NotSignedIn):
    """The link by which somebody says on a platform who they are was used already, or is too old."""

    code = "staff_link_spent"


class BadAccount(BadInput):
    """A person's name that can't be used."""

    code = "bad_account"


class BadPasskey(BadInput):
    """An authenticator's answer that can't be kept as a passkey."""

    code = "bad_passkey"


class BadChat(BadInput):
    """A chat's setting that can't be used."""

    code = "bad_chat"


class BadLink(BadInput):
    """Two accounts that can't be linked; its code says why: wrong, over, self, already, same_platform."""

    def __init__(self, code: str) -> None:
        super().__init__("These accounts can't be linked.", code=code)


class NoSuchChat(NotFound):
    """The avatar is in no chat of that number."""

    code = "no_such_chat"


class NoSuchMember(NotFound):
    """Nobody with that number has a role with this creator."""

    code = "no_such_member"


class PasskeyRefused(NotSignedIn):
    """The passkey is unknown here, or its proof doesn't hold."""

    code = "passkey_refused"


class NoSuchRole(NotAllowed):
    """The account has no role with that creator."""

    code = "no_such_role"


class LastOwner(Conflict):
    """The only owner can't be removed or given another role."""

    code = "last_owner"


class SharedAccount(Conflict):
    """An owner can't sign in for a person who works for another creator too."""

    code = "shared_account"
