"""A device's credentials: what the user pastes, and what makes it valid."""

from dataclasses import dataclass, field
import hashlib
import re
from typing import Final, Self

# Blynk docs, device-https-api/security: 24 random bytes in URL-safe base64.
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)
_TEMPLATE_ID: Final = re.compile(r"TMPL[A-Za-z0-9_-]{4,}", re.ASCII)
# Single-line inputs strip newlines, so that one define may follow another directly.
_DEFINED: Final = r"""[\s:='"“”]*([A-Za-z0-9_-]*)"""
_DEFINED_TOKEN: Final = re.compile(rf"\bBLYNK_AUTH_TOKEN\b{_DEFINED}", re.ASCII)
_DEFINED_TEMPLATE_ID: Final = re.compile(rf"\bBLYNK_TEMPLATE_ID\b{_DEFINED}", re.ASCII)
_DEFINED_TEMPLATE_NAME: Final = re.compile(
    r"""\bBLYNK_TEMPLATE_NAME\b[\s:=]*["“]([^"“”]{1,64})["”]"""
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What identifies a Blynk device."""

    token: str = field(repr=False)
    template_id: str
    template_name: str | None = None

    @classmethod
    def parse(cls, token: str, template_id: str = "") -> Self:
        """Return the credentials as the user entered them.

        Either text may be the `#define BLYNK_…` lines of the device's developer
        tools; what they define counts more than what was typed beside them.
        """
        pasted = f"{token}\n{template_id}"
        name = _DEFINED_TEMPLATE_NAME.search(pasted)
        return cls(
            _defined(_DEFINED_TOKEN, pasted, token),
            _defined(_DEFINED_TEMPLATE_ID, pasted, template_id),
            (name[1].strip() or None) if name else None,
        )

    @property
    def has_valid_token(self) -> bool:
        """Return whether the token has the form of one."""
        return bool(_TOKEN.fullmatch(self.token))

    @property
    def has_valid_template_id(self) -> bool:
        """Return whether the template's ID has the form of one."""
        return bool(_TEMPLATE_ID.fullmatch(self.template_id))

    @property
    def fingerprint(self) -> str:
        """Return what identifies the device without telling its token."""
        return hashlib.sha256(self.token.encode()).hexdigest()


def _defined(definition: re.Pattern[str], pasted: str, typed: str) -> str:
    """Return what the pasted lines define, else what was typed."""
    if match := definition.search(pasted):
        return match[1]
    return "" if "BLYNK_" in typed else typed.strip()
