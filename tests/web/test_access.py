"""Who may use the web app, for how long, and how often they may guess."""

from __future__ import annotations

import inspect
import re
import threading
import time

import pytest
from tests.web.desk import KEY, PUBLIC, Desk

from athena_federation.errors import ConfigurationError
from slackanalytics.settings import Settings
from slackanalytics.web import access
from slackanalytics.web.access import AT_ONCE, PER_ADDRESS, IdentityHeader, LocalKey, Passphrase, chosen, hashed
from slackanalytics.web.sessions import MOST, Sessions

PHRASE = "correct horse battery staple"
HASH = hashed(PHRASE, b"sixteen bytes ok")
PAGES = ("/", "/status", "/sessions", "/slack/install", "/slack/connected", "/slack/revoke", "/slack/revoked")
ACTIONS = ("/sessions", "/slack/credentials", "/slack/check", "/slack/install", "/slack/revoke")


def test_nobody_sees_or_does_anything_without_signing_in() -> None:
    desk = Desk()
    desk.connected()
    stranger, before = desk.browser(), desk.token
    for path in PAGES:
        answer = stranger.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
    for path in ACTIONS:
        answer = stranger.post(path, data={"replace": "yes", "client_id": "9", "client_secret": "9"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
    assert (desk.token, desk.slack.asked) == (before, [])
    assert "Example Corp" not in stranger.get("/sign-in").text + stranger.get("/slack/refused").text


def test_the_key_of_this_run_signs_in_and_another_does_not() -> None:
    desk = Desk()
    browser = desk.browser()
    assert browser.post("/sign-in", data={"secret": KEY + "x"}).status_code == 401
    assert browser.get("/").status_code == 303
    assert browser.post("/sign-in", data={"secret": KEY}).headers["location"] == "/"
    assert browser.get("/").status_code == 200


@pytest.mark.parametrize("given", ["", "x" * 300, "naïve \x00 \ud7ff"])
def test_a_secret_that_cannot_be_one_is_refused(given: str) -> None:
    assert Desk().browser().post("/sign-in", data={"secret": given}).status_code == 401


def test_a_secret_in_a_file_or_given_twice_is_refused() -> None:
    browser = Desk().browser()
    assert browser.post("/sign-in", files={"secret": ("key", KEY)}).status_code == 400
    twice = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.post("/sign-in", content=f"secret={KEY}&secret={KEY}", headers=twice).status_code == 401


def test_a_key_has_128_bits_and_is_another_each_time() -> None:
    keys = {LocalKey.new().key for _ in range(200)}
    assert len(keys) == 200
    assert {len(key) for key in keys} == {22}  # 16 bytes in base64
    assert KEY not in repr(LocalKey(KEY))


def test_there_is_no_address_to_be_led_astray_by() -> None:
    browser = Desk().browser()
    answer = browser.post("/sign-in?next=https://evil.example", data={"secret": KEY, "next": "//evil.example"})
    assert answer.headers["location"] == "/"
    assert "evil" not in browser.get("/?next=//evil.example").text


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/adoption/../slack/revoke", "/adoption//evil.example",
     "/adoption?x=//evil.example", "/adoption\r\nSet-Cookie: a=b", "/slack/revoke", "/adoption/seats/never-claimed.csv", "/adoption" + "a" * 3_000],
)  # fmt: skip
def test_signing_in_leads_to_pages_of_the_dashboard_and_nowhere_else(elsewhere: str) -> None:
    browser = Desk().browser()
    assert elsewhere not in browser.get("/sign-in", params={"after": elsewhere}).text
    assert browser.post("/sign-in", data={"secret": KEY, "after": elsewhere}).headers["location"] == "/"


def test_the_passphrase_signs_in_and_only_its_hash_is_known() -> None:
    desk = Desk(address=PUBLIC, access=Passphrase(HASH))
    browser = desk.browser()
    assert "Admin passphrase" in browser.get("/sign-in").text
    assert browser.post("/sign-in", data={"secret": PHRASE.upper()}).status_code == 401
    assert browser.post("/sign-in", data={"secret": PHRASE}).status_code == 303
    assert PHRASE not in HASH
    assert HASH.startswith("scrypt$32768$8$3$")
    assert hashed(PHRASE) != HASH


@pytest.mark.parametrize(
    "text",
    ["", PHRASE, "scrypt$2$8$1$AAAA$AAAA", HASH.replace("scrypt", "plain"), HASH.replace("$3$", "$1$"), HASH[:-30],
     HASH.replace("32768", str(2**21)), HASH + "$"],
)  # fmt: skip
def test_what_is_no_good_hash_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_ADMIN_PASSPHRASE") as caught:
        Passphrase(text)
    assert not text or text not in str(caught.value)


def test_a_short_passphrase_is_refused_and_a_long_one_is_used_whole() -> None:
    with pytest.raises(ConfigurationError, match="15 characters"):
        hashed("fourteen chars")
    long = "é" * 200
    assert Passphrase(hashed(long)).accepts(long)
    assert not Passphrase(hashed(long)).accepts(long[:-1])


BALANCER = IdentityHeader("X-Identity", ["Ada@example.com"], ["10.0.0.0/16"])


def test_a_load_balancer_vouches_and_the_person_confirms() -> None:
    desk = Desk(address=PUBLIC, access=BALANCER)
    ada = desk.browser("10.0.0.7", **{"X-Identity": "ada@example.com"})
    assert ada.get("/").headers["location"] == "/sign-in"
    page = ada.get("/sign-in")
    assert "Continue as" in page.text
    assert "set-cookie" not in page.headers  # looking signs nobody in
    assert ada.post("/sign-in").status_code == 303
    assert "ada@example.com" in ada.get("/").text


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.1", [("X-Identity", "ada@example.com")]),
        ("10.0.0.7", [("X-Identity", "eve@example.com")]),
        ("10.0.0.7", [("X-Identity", "ada@example.com"), ("X-Identity", "eve@example.com")]),
        ("10.0.0.7", [("X-Forwarded-For", "10.0.0.1")]),
        ("testclient", [("X-Identity", "ada@example.com")]),
    ],
)
def test_nobody_vouches_for_themselves(address: str, headers: list[tuple[str, str]]) -> None:
    browser = Desk(address=PUBLIC, access=BALANCER).browser(address)
    sent = [*headers, ("Sec-Fetch-Site", "same-origin")]
    assert browser.get("/sign-in", headers=sent).status_code == 403
    assert browser.post("/sign-in", headers=sent, data={"secret": "x"}).status_code == 403


def test_a_session_ends_when_the_load_balancer_names_somebody_else() -> None:
    desk = Desk(address=PUBLIC, access=BALANCER)
    browser = desk.browser("10.0.0.7")
    ada = {"X-Identity": "ada@example.com"}
    browser.post("/sign-in", headers=ada)
    assert browser.get("/", headers=ada).status_code == 200
    assert browser.get("/").status_code == 303
    assert browser.get("/", headers=ada).status_code == 303


@pytest.mark.parametrize(
    ("people", "proxies"),
    [((), ("10.0.0.0/8",)), (("ada",), ()), (("ada",), ("everywhere",)), (("ada",), ("10.0.0.1/8",))],
)
def test_half_a_load_balancer_is_a_configuration_error(people: tuple[str, ...], proxies: tuple[str, ...]) -> None:
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_"):
        chosen(Settings(identity_header="X-Identity", people=people, proxies=proxies))


def test_the_settings_choose_the_way_in() -> None:
    assert isinstance(chosen(Settings()), LocalKey)
    assert isinstance(chosen(Settings(admin_passphrase=HASH)), Passphrase)
    assert isinstance(chosen(Settings(identity_header="x", people=("a",), proxies=("10.0.0.0/8",))), IdentityHeader)


def test_secrets_are_compared_in_constant_time() -> None:
    source = inspect.getsource(access)
    assert source.count("hmac.compare_digest") == 2
    assert not re.search(r"(key|secret|digest)\s*==|==\s*(self\._digest|self\.key|secret)", source)


def test_guessing_is_slowed_down_per_address_and_altogether() -> None:
    desk = Desk()
    guesser = desk.browser("192.0.2.66")
    codes = [guesser.post("/sign-in", data={"secret": f"guess{n}"}).status_code for n in range(6)]
    assert codes == [401] * 5 + [429]
    told = guesser.post("/sign-in", data={"secret": KEY})
    assert told.status_code == 429  # not even the right one
    assert told.headers["retry-after"] == "300"
    assert "Too many attempts" in told.text
    assert desk.browser("192.0.2.67").post("/sign-in", data={"secret": KEY}).status_code == 303
    desk.clock.now += 301
    assert guesser.post("/sign-in", data={"secret": KEY}).status_code == 303
    many = [desk.browser(f"198.51.100.{n}").post("/sign-in", data={"secret": "x"}).status_code for n in range(51)]
    assert many == [401] * 50 + [429]


class Slow:
    """A passphrase whose check lasts until all who could be let in are there."""

    prompt = "Admin passphrase"

    def __init__(self) -> None:
        self.checked = 0
        self.go = threading.Event()

    def accepts(self, secret: str) -> bool:
        self.checked += 1
        self.go.wait(10)
        return secret == KEY

    def vouched(self, *_: object) -> None:
        return None


def at_once(desk: Desk, slow: Slow, addresses: list[str]) -> list[int]:
    """The answers to as many wrong guesses as addresses, all of them sent before the first is answered."""
    codes: list[int] = []

    def guess(address: str) -> None:
        codes.append(desk.browser(address).post("/sign-in", data={"secret": "guess"}).status_code)

    threads = [threading.Thread(target=guess, args=(address,)) for address in addresses]
    for thread in threads:
        thread.start()
    for _ in range(200):
        if len(codes) >= len(addresses) - AT_ONCE:
            break
        time.sleep(0.05)
    slow.go.set()
    for thread in threads:
        thread.join()
    return codes


def test_guesses_sent_at_once_are_no_more_than_guesses_in_turn() -> None:
    slow = Slow()
    desk = Desk(access=slow)
    assert sorted(at_once(desk, slow, ["192.0.2.66"] * 20)) == [401] * PER_ADDRESS + [429] * 15
    assert slow.checked == PER_ADDRESS
    assert desk.browser("192.0.2.67").post("/sign-in", data={"secret": KEY}).status_code == 303


def test_guesses_from_everywhere_do_not_take_every_thread() -> None:
    slow = Slow()
    desk = Desk(access=slow)
    codes = at_once(desk, slow, [f"198.51.100.{n}" for n in range(20)])
    assert (slow.checked, sorted(codes)) == (AT_ONCE, [401] * AT_ONCE + [429] * (20 - AT_ONCE))


def test_signing_in_rightly_counts_as_no_failure() -> None:
    desk = Desk()
    for _ in range(PER_ADDRESS + 2):
        assert desk.browser().post("/sign-in", data={"secret": KEY}).status_code == 303


@pytest.mark.parametrize(
    "charset", ["undefined", "idna", "utf-7", "unicode_escape", "raw_unicode_escape", "punycode", "hex"]
)
@pytest.mark.parametrize("value", [b"+2AA-", b"\\ud800", b"xn--a\xff"])
def test_a_form_in_a_charset_of_its_own_is_no_defect(charset: str, value: bytes) -> None:
    body = b'--B\r\nContent-Disposition: form-data; name="secret"\r\n\r\n' + value + b"\r\n--B--\r\n"
    kind = {"content-type": f"multipart/form-data; boundary=B; charset={charset}"}
    assert Desk().browser().post("/sign-in", content=body, headers=kind).status_code in (400, 401)


@pytest.mark.parametrize(
    ("given", "listed", "known"),
    [
        ("ADA@example.com", "ada@Example.com", True),
        ("stra\u00dfe@example.com", "strasse@example.com", False),
        ("stra\u00dfe@example.com", "STRA\u00dfE@example.com", True),
        ("\u212ada@example.com", "kda@example.com", False),
    ],
)
def test_a_name_is_the_same_but_for_the_case_of_plain_letters(given: str, listed: str, known: bool) -> None:
    access = IdentityHeader("X-Identity", [listed], ["10.0.0.0/16"])
    assert access.vouched([(b"x-identity", given.encode())], "10.0.0.7") == (given if known else None)
    assert access.vouched([(b"x-identity", given.encode("latin-1", "replace"))], "10.0.0.7") == (
        given if known and given.isascii() else None
    )


@pytest.mark.parametrize(("address", "near"), [("::ffff:10.0.0.7", True), ("::ffff:10.1.0.7", False), ("::1", False)])
def test_an_address_of_either_kind_of_socket_is_the_same_address(address: str, near: bool) -> None:
    assert (BALANCER.vouched([(b"x-identity", b"ada@example.com")], address) is not None) == near


def test_signing_in_gives_a_new_name_and_ends_the_one_before() -> None:
    desk = Desk()
    admin = desk.admin()
    before = admin.cookies["slackanalytics"]
    admin.post("/sign-in", data={"secret": KEY})
    after = admin.cookies["slackanalytics"]
    assert before != after
    old = desk.browser()
    old.cookies.set("slackanalytics", before)
    assert old.get("/").status_code == 303


def test_a_name_chosen_by_somebody_else_is_worth_nothing() -> None:
    browser = Desk().browser()
    browser.cookies.set("slackanalytics", "fixed-by-an-attacker")
    assert browser.get("/").status_code == 303
    answer = browser.post("/sign-in", data={"secret": KEY})
    assert "fixed-by-an-attacker" not in answer.headers["set-cookie"]


def test_signing_out_ends_the_session_here_and_in_the_browser() -> None:
    desk = Desk()
    admin = desk.admin()
    name = admin.cookies["slackanalytics"]
    answer = admin.post("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    assert "Max-Age=0" in answer.headers["set-cookie"]
    kept = desk.browser()
    kept.cookies.set("slackanalytics", name)
    assert kept.get("/").status_code == 303


def test_all_sessions_are_shown_and_end_together_once_the_secret_is_given_again() -> None:
    desk = Desk()
    first, second = desk.admin(), desk.admin()
    desk.clock.now += 130
    page = second.get("/sessions").text
    assert page.count('scope="row"') == 2
    assert page.count("(this browser)") == 1
    assert "2 min 10 s" in page
    assert second.post("/sessions", data={"secret": "guess"}).status_code == 401
    assert first.get("/").status_code == 200
    assert second.post("/sessions", data={"secret": KEY}).headers["location"] == "/sign-in"
    assert [browser.get("/").status_code for browser in (first, second)] == [303, 303]


def test_whom_a_load_balancer_vouches_for_may_sign_everybody_out() -> None:
    desk = Desk(address=PUBLIC, access=BALANCER)
    ada = desk.browser("10.0.0.7", **{"X-Identity": "ada@example.com"})
    ada.post("/sign-in")
    assert ada.post("/sessions").status_code == 303
    assert ada.get("/").status_code == 303


def test_every_page_for_those_who_are_signed_in_lets_them_out() -> None:
    desk = Desk()
    desk.connected()
    admin = desk.admin()
    for path in (*PAGES[:-1], "/slack/refused", "/nope"):
        assert 'action="/sign-out"' in admin.get(path).text, path


def test_an_idle_session_ends_after_half_an_hour() -> None:
    desk = Desk()
    admin = desk.admin()
    for _ in range(3):
        desk.clock.now += 29 * 60
        assert admin.get("/").status_code == 200
    desk.clock.now += 30 * 60
    assert admin.get("/").status_code == 303


def test_any_session_ends_after_twelve_hours() -> None:
    desk = Desk()
    admin = desk.admin()
    for _ in range(12 * 4 - 1):
        desk.clock.now += 15 * 60
        assert admin.get("/").status_code == 200
    desk.clock.now += 15 * 60
    assert admin.get("/").status_code == 303


def test_the_names_of_sessions_have_128_bits_and_are_not_held() -> None:
    sessions = Sessions()
    names = {sessions.begin("admin") for _ in range(300)}
    assert len(names) == 300
    assert {len(name) for name in names} == {22}
    assert not any(name in repr(vars(sessions)) for name in names)


def test_sessions_do_not_fill_the_memory() -> None:
    sessions = Sessions()
    first = sessions.begin("admin")
    names = [sessions.begin("admin") for _ in range(MOST)]
    assert sessions.find(first) is None
    assert sessions.find(names[0]) is not None


def test_checking_a_passphrase_takes_as_long_as_guessing_should() -> None:
    began = time.perf_counter()
    assert not Passphrase(HASH).accepts("wrong")
    assert time.perf_counter() - began > 0.02
