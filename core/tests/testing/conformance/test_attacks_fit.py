"""The attacks fit what the provider says: strategies of another shape that are wrong are found out as any other."""

from typing import Any

import pytest
from core.tests.testing.conformance.good import Good, GoodSimulator
from core.tests.testing.conformance.shapes import Numbered, NumberedSimulator, suite_of

from accredit import Assurance
from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.strategy import ProviderResponse, Strategy

OTHER_FORMS = "test_ids_of_another_form_stay_what_they_are"
VERIFIED = "test_an_address_is_verified_by_a_boolean_true_alone"


class Lenient(Numbered):
    """Reads an id of any type."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        if response.status == 401:
            raise InvalidProviderToken("status 401")
        me = response.json_object() if response.status == 200 else {}
        if "id" not in me or not isinstance(me.get("app_id"), str):
            raise ProviderUnavailable("id or app_id is missing")
        return me


class TakesFractions(Lenient):
    def user_id(self, me: dict[str, Any]) -> str:
        return str(int(me["id"]))


class TakesExponents(Lenient):
    def user_id(self, me: dict[str, Any]) -> str:
        return f"{me['id']:.0f}" if isinstance(me["id"], float) else str(me["id"])


class TakesTrueForAnId(Lenient):
    def user_id(self, me: dict[str, Any]) -> str:
        if not isinstance(me["id"], int):
            raise ProviderUnavailable("id is no number")
        return str(me["id"])


class LosesDigits(Numbered):
    def user_id(self, me: dict[str, Any]) -> str:
        return str(int(float(me["id"])))


class TakesEveryTextForTrue(Numbered):
    def assurance(self, claims: Any) -> Assurance:
        said = str(claims.get("email_verified")).strip().lower()
        return Assurance.PROVIDER_ASSERTED if said == "true" else Assurance.UNVERIFIED


class TakesTextForTrue(Good):
    """Its provider has booleans."""

    def assurance(self, claims: Any) -> Assurance:
        said = claims.get("email_verified")
        return Assurance.PROVIDER_ASSERTED if said in (True, "true") else Assurance.UNVERIFIED


@pytest.mark.threat(27)
@pytest.mark.parametrize("strategy", [TakesFractions, TakesExponents, TakesTrueForAnId, LosesDigits])
def test_what_is_no_whole_number_is_no_id_where_ids_are_numbers(strategy: type[Strategy[Any]]) -> None:
    with pytest.raises(pytest.fail.Exception, match="and the login is"):
        getattr(suite_of(strategy, NumberedSimulator)(), OTHER_FORMS)()


@pytest.mark.threat(23)
def test_the_text_true_counts_where_the_provider_says_it_and_no_other_text_does() -> None:
    getattr(suite_of(Numbered, NumberedSimulator)(), VERIFIED)()
    with pytest.raises(pytest.fail.Exception, match="'True'"):
        getattr(suite_of(TakesEveryTextForTrue, NumberedSimulator)(), VERIFIED)()


@pytest.mark.threat(23)
def test_the_text_true_counts_nowhere_else() -> None:
    with pytest.raises(pytest.fail.Exception, match="'true'"):
        getattr(suite_of(TakesTextForTrue, GoodSimulator)(), VERIFIED)()
