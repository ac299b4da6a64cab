"""May the signed-in person do this? The shell's one question to `protection`."""

from django.http import HttpRequest

from sesshu.protection.actions import Action


def may(request: HttpRequest, action: Action | None) -> bool:
    """True when the person of `request` is signed in and the role allows `action` (None: any role)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    return action is None or bool(user.may(action))
