"""Chromium's virtual authenticator: a fingerprint reader, or a device that verifies nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Says in the browser that the server asks for no verification, and sets the flag in the answer by force.
FORGE = """
const asked = navigator.credentials.get.bind(navigator.credentials);
navigator.credentials.get = async (wanted) => {
  wanted.publicKey.userVerification = window.askFor || "discouraged";
  const made = await asked(wanted);
  const data = new Uint8Array(made.response.authenticatorData.slice(0));
  window.saidVerified = Boolean(data[32] & 4);
  if (window.forceFlag) data[32] |= 4;
  const { clientDataJSON, signature, userHandle } = made.response;
  return {
    id: made.id, rawId: made.rawId, type: made.type,
    getClientExtensionResults: () => made.getClientExtensionResults(),
    response: { clientDataJSON, signature, userHandle, authenticatorData: data.buffer },
  };
};
"""


@dataclass
class Authenticator:
    session: Any
    identity: str

    @classmethod
    def plug_in(cls, page: Any, *, verifies: bool = True) -> Authenticator:
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "usb",
            "hasResidentKey": True,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return cls(session, made["authenticatorId"])

    def credentials(self) -> list[dict[str, Any]]:
        found = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.identity})
        return list(found["credentials"])

    def take_over(self, credentials: list[dict[str, Any]], *, count: int | None = None) -> None:
        """Hold copies of another authenticator's keys, by default with its counters."""
        for each in credentials:
            copied = each if count is None else each | {"signCount": count}
            self.session.send(
                "WebAuthn.addCredential", {"authenticatorId": self.identity, "credential": copied}
            )

    def finger(self, known: bool) -> None:
        """Whether the finger laid on it is the owner's."""
        self.session.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.identity, "isUserVerified": known}
        )
