"""Who says what an error of the Graph API means: Facebook's pages, its SDKs, and public reports that show the answer.

Facebook documents few of its errors. Where it does not, a line of our tables rests on a report that shows the code, its
text and what had happened.
"""

ERRORS = "https://developers.facebook.com/docs/graph-api/guides/error-handling"
AD_ERRORS = "https://developers.facebook.com/documentation/ads-commerce/marketing-api/error-reference"
LIMITS = "https://developers.facebook.com/docs/graph-api/overview/rate-limiting"
INSPECTION = "https://developers.facebook.com/docs/graph-api/reference/debug_token"
APP_STATES = "https://developers.facebook.com/docs/development/create-an-app/app-dashboard/app-states"
ANDROID_SDK = "facebook/facebook-android-sdk, FacebookRequestErrorClassification.kt"
REPORTS = "https://github.com/"


def report(thread: str, shows: str) -> str:
    """Name a public report, such as `arsduo/koala#607`, and what it shows."""
    repository, _, number = thread.partition("#")
    return f"{REPORTS}{repository}/issues/{number}: {shows}"
