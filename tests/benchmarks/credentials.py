"""Our app at the provider. Imported by the peers too, in environments that hold next to nothing."""

APP_ID = "180000000000001"
APP_SECRET = "a-sample-secret-of-the-benchmark"
