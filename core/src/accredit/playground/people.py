"""Who is who among the samples, and whose account is whose."""

from collections.abc import Mapping, Sequence

from accredit.playground.recording import Recording
from accredit.playground.recordings import Recordings
from accredit.playground.rows import kind_of
from accredit.plugins import Connection
from accredit.sandbox.sandbox import Provider
from accredit.testing import ACCEPTED, PEOPLE, Person, Sample


def person_of(sample: Sample) -> Person | None:
    """Return whose a sample is, by its own name or else by that of the user it leads to. None where nobody knows."""
    name = sample.claims.get("name")
    return kind_of(sample)[1] or next((one for one in PEOPLE if one.name == name), None)


def account_of(person: Person, samples: Sequence[Sample]) -> Sample | None:
    """Return the first sample that logs a person in."""
    return next((one for one in samples if one.expected == ACCEPTED and person_of(one) == person), None)


class People:
    """Names of users, by what was tried of late."""

    def __init__(
        self, providers: Sequence[Provider], connections: Mapping[str, Connection], recordings: Recordings
    ) -> None:
        self._samples = {one.name: one.samples for one in providers}
        self._connections = connections
        self._recordings = recordings

    def person(self, recording: Recording) -> Person | None:
        """Return who was to be logged in by a button, None where that is not known."""
        event, name = recording.login, recording.sent.sample
        samples = () if event is None or not name else self._samples.get(event.connection, ())
        return next((person_of(one) for one in samples if one.name == name), None)

    def name_of(self, namespace: str, user_id: str) -> str:
        """Return the name of the user of an account at a provider, empty where it is not known."""
        for recording in self._recordings.newest():
            event, said = recording.login, recording.verification
            if event is None or said is None or said.user_id != user_id:
                continue
            connection = self._connections.get(event.connection)
            if connection is not None and connection.namespace == namespace:
                person, profile = self.person(recording), recording.profile
                name = person.name if person else profile.name if profile else None
                if name:
                    return name
        return ""
