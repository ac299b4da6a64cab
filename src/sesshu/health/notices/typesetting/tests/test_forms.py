"""The forms as data: every programme has one, worded for its class of disease, that fits its sheet."""

import re
from pathlib import Path

import pytest

from sesshu.health.notices.typesetting import forms
from sesshu.health.notices.typesetting.questionnaires import render
from sesshu.health.notices.typesetting.tests.invented import boxes, page, texts

PROGRAMMES = [
    "dpt-ipv-hib",
    "dpt-ipv",
    "dpt",
    "ipv",
    "dt",
    "hib",
    "pcv",
    "hepb",
    "rota",
    "bcg",
    "mr",
    "varicella",
    "je",
    "hpv",
    "rsv-maternal",
    "rubella-5",
    "flu",
    "pneumococcal-senior",
    "covid",
    "zoster",
]
B_CLASS = {"flu", "pneumococcal-senior", "covid", "zoster"}
FIRST_OF_FOOTER_MM = 282


def test_every_programme_has_a_form() -> None:
    """H05: no programme is left without a 予診票."""
    assert set(forms.programme_codes()) == set(PROGRAMMES)


@pytest.mark.parametrize("code", PROGRAMMES)
def test_questions_are_complete(code: str) -> None:
    """H05: questions have distinct ids, no reference is left open, first and last are where they belong."""
    questions = forms.questions_of(code)
    assert len({question.id for question in questions}) == len(questions)
    assert not [question for question in questions if re.search(r"[{}]", question.text + question.detail)]
    assert questions[0].id == "explanation"
    assert questions[-1].id == "question"


def test_a_question_refers_to_another_by_its_number_in_this_form() -> None:
    ids = [question.id for question in forms.questions_of("hepb")]
    follow_up = forms.questions_of("hepb")[ids.index("chronic_doctor")]
    assert follow_up.text.startswith(f"（{ids.index('chronic') + 1}が")
    assert ids.index("chronic") != [q.id for q in forms.questions_of("mr")].index("chronic")


@pytest.mark.parametrize("code", PROGRAMMES)
def test_only_a_class_diseases_are_recommended(code: str) -> None:
    """予防接種法8条: recommendation is for A類 only; the B類 form says that it is by one's own wish."""
    form = forms.form_of(page(programme=code))
    printed = "".join(form.texts()) + str(forms.letter_wording(code))
    assert (forms.programme_of(code).category == "B") == (code in B_CLASS)
    assert ("勧" in printed) == (code not in B_CLASS)
    assert ("希望する場合に限り" in printed) == (code in B_CLASS)


def test_a_letter_of_the_b_class_holds_no_recommendation() -> None:
    for code in B_CLASS:
        assert not re.search("勧|受けましょう|受けてください。病気", str(forms.letter_wording(code)))


def test_unknown_programme() -> None:
    with pytest.raises(forms.UnknownProgramme, match="smallpox"):
        forms.form_of(page(programme="smallpox"))


def test_every_form_fits_one_sheet(tmp_path: Path) -> None:
    """H05: the questions end above the doctor's field, and the contact stands at the foot, on every form."""
    out = tmp_path / "all.pdf"
    render([page(number, programme=code) for number, code in enumerate(PROGRAMMES, 1)], out)
    assert len(texts(out)) == len(PROGRAMMES)
    for index, code in enumerate(PROGRAMMES):
        (_, _, _, last_question), *_ = boxes(out, "今日の予防接種について質問がありますか", index)
        (_, doctor, _, _), *_ = boxes(out, "以上の問診及び診察の結果", index)
        (_, footer, _, bottom), *_ = boxes(out, "問い合わせ先】", index)
        assert last_question + 1 < doctor, code
        assert FIRST_OF_FOOTER_MM < footer < bottom < 292, code


def test_the_programmes_title_and_dose_stay_clear_of_the_qr_code(tmp_path: Path) -> None:
    """The longest title, with the longest label, ends before the QR code's quiet zone."""
    longest = max(PROGRAMMES, key=lambda code: len(forms.programme_of(code).title))
    out = tmp_path / "title.pdf"
    render([page(programme=longest, dose_label="第１期追加（４回目）")], out)
    (_, _, right, _), *_ = boxes(out, "第１期追加（４回目）")
    assert right < 180
