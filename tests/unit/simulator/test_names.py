from __future__ import annotations

from slackanalytics.simulator.names import FAMILY_NAMES, GIVEN_NAMES, name_of


def test_no_two_people_share_a_mailbox() -> None:
    numbers = range(3 * len(GIVEN_NAMES) * len(FAMILY_NAMES))
    assert len({name_of(number)[1] for number in numbers}) == len(numbers)


def test_mailboxes_are_plain_ascii_and_names_are_not_only_that() -> None:
    people = [name_of(number) for number in range(2000)]
    assert all(mailbox.isascii() and mailbox == mailbox.lower() for _, mailbox in people)
    assert any(not name.isascii() for name, _ in people)


def test_a_namesake_gets_a_number() -> None:
    pairs = len(GIVEN_NAMES) * len(FAMILY_NAMES)
    (name, mailbox), (same_name, other_mailbox) = name_of(5), name_of(5 + pairs)
    assert name == same_name
    assert other_mailbox == f"{mailbox}2"
