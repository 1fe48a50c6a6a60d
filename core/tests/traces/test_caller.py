"""What a caller says of its trace: honoured where it is well-formed and short, and else as if it were not there."""

import logging

import pytest
from core.tests.bench import GOOD
from core.tests.traces.support import PARENT, PARENT_ID, TRACE_ID, traced
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.trace import get_current_span

from accredit.traces.caller import MOST_STATE_BYTES, context_of


def parent(*headers: tuple[bytes, bytes]) -> tuple[int, int, int, dict[str, str]]:
    context = get_current_span(context_of(headers)).get_span_context()
    return context.trace_id, context.span_id, int(context.trace_flags), dict(context.trace_state)


NONE: tuple[int, int, int, dict[str, str]] = (0, 0, 0, {})
GOOD_PARENT = (b"traceparent", PARENT.encode())


def test_a_good_parent_is_taken() -> None:
    assert parent((b"host", b"a"), GOOD_PARENT) == (TRACE_ID, PARENT_ID, 1, {})


@pytest.mark.parametrize("value", [f" {PARENT}\t", PARENT.replace("00-", "01-", 1), f"cc{PARENT[2:]}-what-ever-comes"])
def test_blanks_around_it_and_versions_to_come_are_taken(value: str) -> None:
    assert parent((b"traceparent", value.encode())) == (TRACE_ID, PARENT_ID, 1, {})


@pytest.mark.parametrize(
    "value",
    [
        "",
        "ff" + PARENT[2:],
        PARENT.upper(),
        PARENT[:-1],
        PARENT + "-more",
        PARENT.replace("b7ad6b7169203331", "0" * 16),
        PARENT.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
        PARENT.replace("-", "_"),
        "cc" + PARENT[2:] + "-" + "x" * 200,
        PARENT + "\n",
        "\xff" * 55,
    ],
)
def test_what_is_malformed_is_as_if_it_were_not_there(value: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert parent((b"traceparent", value.encode("latin-1"))) == NONE
    assert caplog.records == []


@pytest.mark.parametrize("key", ["1abc", "a@@b", "a@1", "a/b@c@d", "0/", "a" * 242 + "@b", "a@" + "b" * 15, "A", "a b"])
def test_a_state_that_opentelemetry_does_not_take_fills_no_log(key: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        assert parent(GOOD_PARENT, (b"tracestate", f"{key}=x".encode())) == (TRACE_ID, PARENT_ID, 1, {})
    assert caplog.records == []


@pytest.mark.parametrize("key", ["a", "rojo", "a_b-c*d/e", "1a@b", "a" * 241 + "@" + "b" * 14, "a" * 256])
def test_every_state_that_opentelemetry_takes_is_passed_on(key: str) -> None:
    assert parent(GOOD_PARENT, (b"tracestate", f"{key}=x y".encode()))[3] == {key: "x y"}


def test_two_parents_are_none() -> None:
    assert parent(GOOD_PARENT, GOOD_PARENT) == NONE


def test_flags_that_nobody_knows_are_left_out() -> None:
    assert parent((b"traceparent", (PARENT[:-2] + "ff").encode()))[2] == 0b11
    assert parent((b"traceparent", (PARENT[:-2] + "00").encode()))[2] == 0


@pytest.mark.parametrize(
    ("values", "state"),
    [
        (["a=1,b=2 , t@v=3"], {"a": "1", "b": "2", "t@v": "3"}),
        (["a=1", "b=2"], {"a": "1", "b": "2"}),
        (["a=1,,b=2"], {"a": "1", "b": "2"}),
        ([",".join(f"k{n}=1" for n in range(32))], {f"k{n}": "1" for n in range(32)}),
        ([",".join(f"k{n}=1" for n in range(33))], {}),
        (["a=1,a=2"], {}),
        (["A=1"], {}),
        (["a"], {}),
        (["a=1=2"], {}),
        (["a=\x01"], {}),
        (["a=\xe9"], {}),
        (["a=" + "x" * 256], {"a": "x" * 256}),
        (["a=" + "x" * 257], {}),
        (["a=" + "x" * 250 + ",b=" + "y" * 257], {}),
    ],
)
def test_a_state_is_taken_as_a_whole_or_not_at_all(
    values: list[str], state: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    headers = [(b"tracestate", value.encode("latin-1")) for value in values]
    assert parent(GOOD_PARENT, *headers) == (TRACE_ID, PARENT_ID, 1, state)
    assert caplog.records == []


@pytest.mark.parametrize(("length", "is_taken"), [(MOST_STATE_BYTES, True), (MOST_STATE_BYTES + 1, False)])
def test_a_state_is_bounded(length: int, is_taken: bool) -> None:
    value = "a=" + "x" * 255 + ",b=" + "x" * (length - 260)
    assert len(value) == length
    assert bool(parent(GOOD_PARENT, (b"tracestate", value.encode()))[3]) is is_taken


def test_a_state_without_a_parent_is_nothing() -> None:
    assert parent((b"tracestate", b"a=1")) == NONE


@given(st.lists(st.tuples(st.sampled_from([b"traceparent", b"tracestate", b"baggage"]), st.binary(max_size=600))))
def test_nothing_that_a_caller_sends_is_an_error(headers: list[tuple[bytes, bytes]]) -> None:
    assert parent(*headers)[1] >= 0


async def test_a_request_is_a_child_of_its_callers_span_and_baggage_goes_nowhere() -> None:
    async with traced() as bench:
        await bench.wire.post({"traceparent": PARENT, "tracestate": "a=1", "baggage": "user=lovelace"})
        request = bench.named("POST /oauth/access_token")
        assert request.parent is not None
        assert (request.context.trace_id, request.parent.span_id) == (TRACE_ID, PARENT_ID)
        assert request.parent.is_remote
        assert dict(request.context.trace_state) == {"a": "1"}
        assert "lovelace" not in "".join(span.to_json() for span in bench.spans)
        assert bench.wire.log.events()[-1][1]["trace_id"] == format(TRACE_ID, "032x")


async def test_a_caller_that_is_not_sampled_has_no_spans_by_default() -> None:
    async with traced() as bench:
        answer = await bench.wire.post({"traceparent": PARENT[:-1] + "0"})
    assert answer.status_code == 200
    assert bench.names() == []


async def test_a_malformed_parent_changes_nothing_for_its_caller() -> None:
    async with traced() as bench:
        answer = await bench.wire.post({"traceparent": "of-no-use"}, **GOOD)
        request = bench.named("POST /oauth/access_token")
    assert answer.status_code == 200
    assert request.parent is None
