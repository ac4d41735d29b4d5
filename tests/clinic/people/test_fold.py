"""Folding of names: one form for case, accents and width, in every script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openpresso.clinic.people.fold import digits, fold, name_words, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MÜLLER", "muller"),
        ("Straße", "STRASSE"),
        ("Łukasz Żółć", "lukasz zolc"),
        ("Søren", "soren"),
        ("Ægir", "aegir"),
        ("IŞIK", "isik"),
        ("İnci", "inci"),
        ("Αλέξανδρος", "αλεξανδροσ"),
        ("ЁЛКИН", "елкин"),
        ("O’Brien", "o'brien"),
        ("O'Brien", "OBrien"),
        ("ＹＡＭＡＤＡ", "yamada"),
        ("ﬁnn", "finn"),
        ("مُحَمَّد", "محمد"),
        ("أحمد", "احمد"),
        ("שָׁלוֹם", "שלום"),
        ("Nguyễn", "nguyen"),
        ("e\u0301va", "éva"),
    ],
)
def test_two_ways_to_write_a_name_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("が", "か"), ("अनिल", "अनल"), ("กา", "กี"), ("한", "하"), ("山田", "山口"), ("Ана", "Ana")],
)
def test_signs_that_make_another_name_are_kept(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=30))
def test_words_have_no_spaces_and_are_folded(text: str) -> None:
    for word in words(text):
        assert word
        assert not any(one.isspace() for one in word)


def test_a_double_name_gives_both_words_and_an_umlaut_both_ways() -> None:
    assert words("Jean-Pierre  d'Ângelo") == ("jean", "pierre", "dangelo")
    assert {"muller", "mueller"} <= name_words("Jörg", "Müller")
    assert {"jorg", "joerg"} <= name_words("Jörg", "Müller")
    assert {"山田", "太郎", "山田太郎", "太郎山田"} == name_words("太郎", "山田")


def test_a_telephone_number_is_the_same_from_home_and_from_abroad() -> None:
    assert digits("+49 30 1234567") == digits("030/123 45 67") == digits("0049 (30) 1234567")
    assert digits("+49 30 1234567") != digits("+49 30 1234568")
