"""Search keys: quick, and the same as the kernel's folding."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesshu.addressees.keys import address_key, folded, folded_address, name_key
from sesshu.kernel.kana import fold

TRICKY = "ガか゛ｶﾞパｰ-－ー一二丁目番地の見本邊\U000e0100 　・éé가ㅏ\u3099ヂづ"


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(TRICKY)), max_size=30))
def test_quick_folding_is_the_kernels(text):
    assert folded(text) == fold(text)


def test_given_name_is_a_word_of_its_own():
    assert name_key("見本　花子", "みほん　はなこ") == " 見本花子 花子 ミホンハナコ ハナコ "


@pytest.mark.parametrize(
    "spelling",
    ["見本町一丁目２番地の３", "見本町1丁目2番3号", "見本町1-2-3", "見本町１－２－３", "三重県見本町1-2-3"],
)
def test_spellings_of_one_address(spelling):
    assert folded_address(spelling) == "見本町1-2-3"


def test_address_key_finds_from_the_town_on():
    assert address_key("伊勢市", "見本町", "12番地", "見本荘101") == " 伊勢市見本町12見本荘101 見本町12"
