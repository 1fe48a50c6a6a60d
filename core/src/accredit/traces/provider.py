"""Where the spans of `accredit serve` go: to a collector by OTLP over HTTP, as OpenTelemetry's variables say.

Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/.
"""

import os
import threading
import uuid
from importlib.metadata import version

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.environment_variables import (
    OTEL_EXPORTER_OTLP_PROTOCOL,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL,
)
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from accredit.errors import ConfigurationError

OTEL_TRACES_EXPORTER = "OTEL_TRACES_EXPORTER"  # which the SDK leaves to its launcher
PATIENCE_S = 5.0
"""A collector that does not answer keeps a server that stops for so long at most."""
_PROTOCOL = "http/protobuf"
_NAMELESS = "unknown_service"
"""What the resource's name begins with where nobody has said one."""


def make_provider() -> TracerProvider:
    """Return where spans go. Make it in the process that serves: it starts a thread.

    What waits to be sent is bounded, and the rest is dropped: nobody waits for a collector.

    Raises:
        ConfigurationError: a variable asks for what there is not.
    """
    # The one at exit would wait for a collector that is down, after everybody has been answered.
    provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    if _is_sent():
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def stop(provider: TracerProvider) -> None:
    """Send what waits, for a few seconds at most."""
    # A thread that is left behind: the exporter's own may be in the middle of a call.
    stopping = threading.Thread(target=provider.shutdown, name="accredit-traces", daemon=True)
    stopping.start()
    stopping.join(PATIENCE_S)


def _resource() -> Resource:
    """Return who sends: as the variables say, else by our name and version, and an id for each process."""
    ours = {SERVICE_VERSION: version("accredit"), SERVICE_INSTANCE_ID: str(uuid.uuid4())}
    resource = Resource(ours).merge(Resource.create())
    name = str(resource.attributes.get(SERVICE_NAME, _NAMELESS))
    return resource.merge(Resource({SERVICE_NAME: "accredit"})) if name.startswith(_NAMELESS) else resource


def _is_sent() -> bool:
    """Tell whether spans are sent at all.

    Raises:
        ConfigurationError: not by the way that we have.
    """
    exporter = os.environ.get(OTEL_TRACES_EXPORTER, "").strip() or "otlp"
    if exporter not in {"otlp", "none"}:
        raise ConfigurationError(f"{OTEL_TRACES_EXPORTER} is {exporter}: `otlp` and `none` are what there is")
    for variable in (OTEL_EXPORTER_OTLP_TRACES_PROTOCOL, OTEL_EXPORTER_OTLP_PROTOCOL):
        if (protocol := os.environ.get(variable, "").strip()) and protocol != _PROTOCOL:
            raise ConfigurationError(f"{variable} is {protocol}: {_PROTOCOL} is what there is")
        if protocol:
            break
    return exporter == "otlp"
