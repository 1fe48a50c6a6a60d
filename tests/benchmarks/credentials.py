"""Our app at the providers. Imported by the peers too, in environments that hold next to nothing."""

APP_ID = "180000000000001"
CLIENT_ID = "1234567890-bench.apps.googleusercontent.com"
APP_SECRET = "a-sample-secret-of-the-benchmark"
