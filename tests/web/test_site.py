"""Where the app lives, whether it can be reached there, and that no other address is ever asked."""

from __future__ import annotations

import ssl

import pytest
import urllib3
from tests.web.desk import PUBLIC, Desk

from athena_federation.errors import ConfigurationError
from slackanalytics.settings import Settings
from slackanalytics.web.reachability import check
from slackanalytics.web.site import Site

CONSENT = "https://slack.com/oauth/v2/authorize"
FINE = b'{"application": "slackanalytics", "status": "ok"}'


def site(url: str, consent: str = CONSENT) -> Site:
    return Site(public_url=url, consent_url=consent)


@pytest.mark.parametrize(
    "url",
    ["http://analytics.example.com", "http://10.0.0.1:80", "https://a.example/path", "https://u:p@a.example", "https://a.example?q",
     "https://a.example#f", "ftp://a.example", "a.example", "https://", "https://[", "https://a.example:99999", "javascript:alert(1)"],
)  # fmt: skip
def test_an_address_over_which_nobody_should_sign_in_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_PUBLIC_URL"):
        site(url)


def test_the_redirect_url_is_the_public_address_and_slacks_own_path() -> None:
    assert site("https://A.example:443/").redirect_uri == "https://a.example/slack/oauth_redirect"
    assert site("http://127.0.0.1:8910").redirect_uri == "http://127.0.0.1:8910/slack/oauth_redirect"


def test_the_schemes_own_port_may_be_named_or_not() -> None:
    assert site("https://a.example").hosts == {"a.example", "a.example:443"}
    assert site("http://[::1]:8910").hosts == {"[::1]:8910"}


def test_forms_lead_here_or_to_slack() -> None:
    assert site(PUBLIC).form_targets == "'self' https://slack.com https://*.slack.com"
    local = site("http://127.0.0.1:1", "http://127.0.0.1:8900/oauth/v2/authorize")
    assert local.form_targets == "'self' http://127.0.0.1:8900"


def test_the_check_asks_this_installation_and_no_other() -> None:
    asked: list[str] = []

    def look(url: str) -> tuple[int, bytes]:
        asked.append(url)
        return 200, FINE

    desk = Desk(address=PUBLIC, look=look)
    page = desk.admin().post("/slack/check?url=http://169.254.169.254/", data={"url": "http://169.254.169.254/"})
    assert "over TLS with a certificate that is trusted" in page.text
    assert asked == [f"{PUBLIC}/healthz"]


@pytest.mark.parametrize("answer", [(404, FINE), (200, b"<html>"), (302, b""), (200, b"[]"), (200, b"\xff")])
def test_another_application_at_our_address_is_noticed(answer: tuple[int, bytes]) -> None:
    found = check(site(PUBLIC), lambda _url: answer)
    assert (found.good, "Something else answers" in found.text) == (False, True)


def test_a_certificate_that_is_not_trusted_is_said() -> None:
    def look(_url: str) -> tuple[int, bytes]:
        raise urllib3.exceptions.SSLError("bad") from ssl.SSLCertVerificationError("self-signed")

    assert "certificate that is not trusted" in check(site(PUBLIC), look).text


def test_an_address_that_nothing_listens_at_is_said() -> None:
    found = check(site("http://127.0.0.1:9"))
    assert not found.good
    assert "cannot be reached" in found.text


def test_a_launch_page_is_https_or_none() -> None:
    with pytest.raises(ConfigurationError, match="SLACKANALYTICS_LAUNCH_URL"):
        Settings.from_environment({"SLACKANALYTICS_LAUNCH_URL": "javascript:alert(1)"})
    page = "https://console.aws.amazon.com/cloudformation/home"
    assert Settings.from_environment({"SLACKANALYTICS_LAUNCH_URL": page}).launch_url == page
