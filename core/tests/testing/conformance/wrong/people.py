"""Who somebody is, and what is said of them."""

from dataclasses import replace
from typing import Any

from core.tests.testing.conformance.good import Good
from core.tests.testing.conformance.inspected import Inspected
from core.tests.testing.conformance.wrong import fails

from accredit import Assurance, Email, Profile, Verification
from accredit.credentials import Credential
from accredit.strategy import VerifyContext
from accredit.text import email_address, text

# Ids


@fails("ids_are_the_providers_letter_for_letter", "every_sample_gets_its_verdict")
class LowercasesIds(Good):
    """Two users become one."""

    def user_id(self, me: dict[str, Any]) -> str:
        return str(me["id"]).lower()


@fails("ids_of_another_form_stay_what_they_are")
class FloatsIds(Good):
    """Above 2^53 neighbours become one."""

    def user_id(self, me: dict[str, Any]) -> str:
        return str(int(float(me["id"]))) if me["id"].isdecimal() else str(me["id"])


@fails("ids_of_another_form_stay_what_they_are")
class DropsLeadingZeros(Good):
    """001 and 1 become one."""

    def user_id(self, me: dict[str, Any]) -> str:
        return str(me["id"]).lstrip("0") or "0"


@fails("a_renamed_user_stays_the_same_subject", "every_sample_gets_its_verdict")
class IdentifiesByName(Good):
    """A name that is free again is somebody else's."""

    def user_id(self, me: dict[str, Any]) -> str:
        return str(me["screen_name"])


@fails("two_answers_must_name_the_same_user")
class BelievesTheFirstAnswer(Inspected):
    """The profile is somebody else's."""

    def check_profile(self, me: dict[str, Any], info: dict[str, Any]) -> None:
        super().check_profile({**me, "id": info["sub"]}, info)


@fails("two_answers_must_name_the_same_user")
class BelievesTheSecondAnswer(Inspected):
    """The proof of audience is about another user than the login."""

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        info = await super().inspect(token, ctx)
        me = await self.profile(token, ctx)
        return {**info, "sub": me["id"]}


# Addresses


@fails("an_address_is_verified_by_a_boolean_true_alone", "a_flag_that_verifies_an_address_is_a_boolean")
class TakesAnythingForVerified(Good):
    """`"false"` is a text, and every text is true."""

    def assurance(self, claims: Any) -> Assurance:
        return Assurance.PROVIDER_ASSERTED if claims.get("email_verified") else Assurance.UNVERIFIED


@fails("a_flag_that_verifies_an_address_is_a_boolean")
class TakesWhatIsNotFalseForVerified(Good):
    """Nothing at all is not false, and neither is 0 a moment later."""

    def assurance(self, claims: Any) -> Assurance:
        return Assurance.UNVERIFIED if claims.get("email_verified") is False else Assurance.PROVIDER_ASSERTED


@fails("an_address_is_verified_by_a_boolean_true_alone", "golden_payloads_become_exactly_their_profiles")
class TrustsEveryAddress(Good):
    """Whoever types in your address has it."""

    def assurance(self, claims: Any) -> Assurance:
        return Assurance.AUTHORITATIVE


@fails("an_address_never_becomes_another_address")
class CleansAddresses(Good):
    """Without the character that nobody sees, it is the address of somebody else."""

    def normalize(self, verification: Verification) -> Profile:
        address = text(verification.claims.get("email"))
        email = None if address is None else Email(address, self.assurance(verification.claims))
        return replace(super().normalize(verification), email=email)


@fails("an_address_never_becomes_another_address")
class CutsAddresses(Good):
    """What stands before the NUL is the address of somebody else."""

    def normalize(self, verification: Verification) -> Profile:
        claims = verification.claims
        address = email_address(str(claims.get("email") or "").partition("\0")[0])
        email = None if address is None else Email(address, self.assurance(claims))
        return replace(super().normalize(verification), email=email)


# Profiles


@fails("odd_fields_never_become_claims", "golden_payloads_become_exactly_their_profiles")
class BelievesInTypes(Good):
    """A name may be null, a number or a list one day."""

    def normalize(self, verification: Verification) -> Profile:
        return Profile(name=verification.claims["name"].title(), nickname=verification.claims["screen_name"].strip())


class OwnProfile(Profile):
    def claims(self) -> dict[str, Any]:
        return {"name": "", **super().claims()}


@fails("no_claim_is_empty", "our_own_endpoints_accept_what_is_issued")
class BringsItsOwnProfile(Good):
    """A class of its own says whatever it likes."""

    def normalize(self, verification: Verification) -> Profile:
        return OwnProfile(name=text(verification.claims.get("name")))


class UncleanProfile(Profile):
    def __post_init__(self) -> None:
        """Let everything through."""


@fails("hostile_text_never_becomes_a_claim")
class LetsEverythingThrough(Good):
    """What a user has typed stands in our tokens as it is."""

    def normalize(self, verification: Verification) -> Profile:
        return UncleanProfile(name=text(verification.claims.get("name")), picture=verification.claims.get("picture"))


@fails("hostile_text_never_becomes_a_claim", "our_own_endpoints_accept_what_is_issued")
class RefusesStrangeNames(Good):
    """Nobody is refused for a name."""

    def normalize(self, verification: Verification) -> Profile:
        if not str(verification.claims.get("name")).isprintable():
            raise ValueError("a strange name")
        return super().normalize(verification)


@fails("what_people_write_stays")
class KeepsWhatIsPrintable(Good):
    """Persian and Hindi are written with characters that Python does not call printable."""

    def normalize(self, verification: Verification) -> Profile:
        name = text(verification.claims.get("name")) or ""
        return replace(super().normalize(verification), name="".join(filter(str.isprintable, name)))


@fails("odd_fields_never_become_claims")
class PadsNames(Good):
    """`None` is no name."""

    def normalize(self, verification: Verification) -> Profile:
        return Profile(name=f" {verification.claims.get('name')}")
