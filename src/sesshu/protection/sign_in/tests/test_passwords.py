"""S01, ASVS V6: what a password may be, what it may not be, and how it is typed, checked and changed."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.forms import PasswordInput
from hypothesis import given
from hypothesis import strategies as st

from sesshu.kernel import clock
from sesshu.kernel.check_digits import individual_number_check_digit
from sesshu.protection.sign_in import forms
from sesshu.protection.sign_in.password_rules import WORDS, BreachedPasswordValidator, stands_in

from .conftest import PASSWORD, Person, events
from .test_sessions import change

HOUSE = Path(__file__).parents[5]
NUMBER = "12345678901" + str(individual_number_check_digit("12345678901"))


@pytest.mark.parametrize(
    "password",
    [
        "hanamizukinosakumichi",  # small letters alone
        "HANAMIZUKINOSAKUMICHI",
        "731946285046",  # digits alone
        "さくらのさくみちをあるく",
        "_/_/_~_~_/_/",
        "     x     y     ",
        "🌸🍡🎐🍁🌸🍡🎐🍁🍙🍵🐟🦀",
        "x7" * 64,  # 128 characters
    ],
)
def test_no_rule_of_composition_and_128_characters(clerk: Person, password: str) -> None:
    clerk.sign_in()
    assert change(clerk, password).status_code == 302
    clerk.client.post("/sign-out/")
    assert clerk.password(password).headers["Location"] == "/sign-in/factor/"


def test_the_password_is_checked_as_typed(clerk: Person) -> None:
    kept = "  Tsubaki no Hana " + "y" * 100 + "e\u0301"
    clerk.account.set_password(kept)
    clerk.account.save()
    near = (kept[:-1], kept.strip(), kept.lower(), kept.replace("e\u0301", "\u00e9"), kept[:72])
    for typed in near:
        assert clerk.password(typed).status_code == 200, typed
        # A right one in between, so that no lock answers in its stead.
        assert clerk.password(kept).status_code == 302


def test_password_fields_hide_what_is_typed_and_take_a_password_manager() -> None:
    kinds: tuple[Any, ...] = (
        forms.PasswordForm,
        forms.AgainForm,
        forms.NewPasswordForm,
        forms.OwnPasswordForm,
    )
    fields = {(kind, name): field for kind in kinds for name, field in kind.base_fields.items()}
    secret = {key: field for key, field in fields.items() if key[1] != "username"}
    assert len(secret) == 7
    for key, field in secret.items():
        assert isinstance(field.widget, PasswordInput), key
        assert not field.widget.render_value
        shown = field.widget.render(key[1], "")
        assert 'type="password"' in shown
        assert re.search(r'autocomplete="(current|new)-password"', shown), key
        assert "maxlength" not in shown
    for (kind, name), field in fields.items():
        if name == "username":
            assert 'autocomplete="username"' in field.widget.render(name, ""), kind


def test_nothing_hinders_pasting() -> None:
    sources = [path for kind in ("*.js", "*.html") for path in (HOUSE / "src").rglob(kind)]
    assert len(sources) > 50
    hindering = re.compile(
        r"onpaste|['\"](?:before)?(?:paste|copy)['\"]|user-select\s*:\s*none", re.IGNORECASE
    )
    assert [path.name for path in sources if hindering.search(path.read_text(encoding="utf-8"))] == []
    assert hindering.search('box.addEventListener("paste", stop)')


def test_a_change_asks_for_the_present_password(clerk: Person) -> None:
    clerk.sign_in()
    page = change(clerk, "umibe no gakko 77", present="not the present one")
    assert "今のパスワードが違います" in page.content.decode()
    page = change(clerk, "umibe no gakko 77", present="")
    assert "今のパスワードを入力してください" in page.content.decode()
    assert [(each.result, each.detail) for each in events("password.change")] == [
        ("refused", {"why": "password"})
    ]
    clerk.account.refresh_from_db()
    assert clerk.account.check_password(PASSWORD)


def test_the_present_password_cannot_be_guessed_at_an_open_session(clerk: Person) -> None:
    clerk.sign_in()
    for _ in range(5):
        change(clerk, "umibe no gakko 77", present="a guess of somebody's")
    assert "しばらく受け付けません" in change(clerk, "umibe no gakko 77").content.decode()
    assert [each.detail["why"] for each in events("password.change")] == ["password"] * 5 + ["locked"]
    clerk.account.refresh_from_db()
    assert clerk.account.check_password(PASSWORD)


def test_a_password_stays_good_for_years(clerk: Person) -> None:
    clerk.sign_in()
    clerk.client.post("/sign-out/")
    with clock.fixed(clock.now() + timedelta(days=5 * 365)):
        assert clerk.password().headers["Location"] == "/sign-in/factor/"


def refused(password: str, person: Person | None = None) -> set[str]:
    try:
        password_validation.validate_password(password, person.account if person else None)
    except ValidationError as refusal:
        return {str(each.code) for each in refusal.error_list}
    return set()


@pytest.mark.parametrize(
    "password",
    [
        "Sesshu-Sesshu-2026",
        "ＳＥＳＳＨＵ予防接種２０２６",
        "vaccine-admin-1234",
        "伊勢市役所ワクチン接種2026",
        "窓口-counter-12345",
    ],
)
def test_words_of_this_place_make_no_password(clerk: Person, password: str) -> None:
    assert "context-words" in refused(password, clerk)


def test_such_a_word_among_others_is_no_harm(clerk: Person) -> None:
    assert refused("wakuchin no ato ni purin", clerk) == set()
    assert refused("sesshu no ato ni purin o taberu", clerk) == set()


def test_a_city_adds_its_words() -> None:
    from sesshu.protection.sign_in.password_rules import ContextWordsValidator

    ContextWordsValidator().validate("akafuku-akafuku-1")
    with pytest.raises(ValidationError):
        ContextWordsValidator(["Akafuku"]).validate("akafuku-akafuku-1")


def test_the_words_are_documented() -> None:
    page = (HOUSE / "docs" / "operator" / "sign_in.md").read_text(encoding="utf-8")
    assert [word for word in WORDS if word not in page] == []


def test_an_individual_number_is_no_password() -> None:
    assert refused(NUMBER) == {"individual-number"}
    assert "individual-number" in refused(f"{NUMBER[:4]}-{NUMBER[4:8]}-{NUMBER[8:]}")
    assert refused(NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)) == set()


def listing(passwords: set[str]) -> bytes:
    """The list as the downloader writes it: capitals, a count of any length, line ends of either kind."""
    digests = sorted(hashlib.sha1(each.encode()).hexdigest().upper() for each in passwords)
    return b"".join(
        f"{digest}:{place * 37 % 1_000_003}\r\n".encode() for place, digest in enumerate(digests, 1)
    )


@given(st.sets(st.text(max_size=12), max_size=60), st.text(max_size=12))
def test_a_breached_password_is_found_and_no_other(leaked: set[str], other: str) -> None:
    import io

    file = io.BytesIO(listing(leaked))
    for password in {*leaked, other}:
        assert stands_in(file, hashlib.sha1(password.encode()).hexdigest()) is (password in leaked)


def test_a_breached_password_is_refused_with_the_reason(clerk: Person, settings: Any, tmp_path: Path) -> None:
    file = tmp_path / "pwned.txt"
    file.write_bytes(listing({f"leaked number {each}" for each in range(5000)}))
    name = "sesshu.protection.sign_in.password_rules.BreachedPasswordValidator"
    settings.AUTH_PASSWORD_VALIDATORS = [
        each | ({"OPTIONS": {"file": str(file)}} if each["NAME"] == name else {})
        for each in settings.AUTH_PASSWORD_VALIDATORS
    ]
    assert [each["NAME"] for each in settings.AUTH_PASSWORD_VALIDATORS].count(name) == 1
    clerk.sign_in()
    assert "漏えいした" in change(clerk, "leaked number 4321").content.decode()
    assert change(clerk, "leaked number 5001").status_code == 302


def test_a_list_that_cannot_be_read_lets_nothing_pass(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        BreachedPasswordValidator(str(tmp_path / "nowhere.txt")).validate("whatever it is")
