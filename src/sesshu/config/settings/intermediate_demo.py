"""The staff web of a demo's 中間サーバー: loosened as the demo is, which production refuses."""

from sesshu.config.settings.development import *  # noqa: F403
from sesshu.config.settings.intermediate_staff import (  # noqa: F401
    APPLICATION_ROLE,
    DATABASES,
    INSTALLED_APPS,
    INTERMEDIATE,
    KEYS,
    ROOT_URLCONF,
    SECRET_KEY,
)
