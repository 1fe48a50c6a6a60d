import pytest

from accredit_linkedin.normalize import to_profile


@pytest.mark.parametrize(
    ("said", "locale"),
    [
        ("en_US", "en-US"),
        ("en-US", "en-US"),
        ("EN-us", "en-US"),
        ("de", "de"),
        ({"language": "pt", "country": "BR"}, "pt-BR"),
        ({"language": "pt"}, "pt"),
        *((one, None) for one in ({"country": "BR"}, {"language": 1}, {}, "", "english", 5, None, ["en"], "en_US_x")),
    ],
)
def test_locale_is_read_in_each_of_its_forms(said: object, locale: str | None) -> None:
    assert to_profile({"sub": "x", "locale": said}).locale == locale


@pytest.mark.parametrize("address", [None, "", "no address", 5, ["ada@example.com"]])
def test_what_is_no_address_is_left_out(address: object) -> None:
    assert to_profile({"email": address, "email_verified": True}).email is None
