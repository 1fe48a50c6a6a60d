"""The strategies that have a plugin of ours, installed or not."""

PUBLISHED = (
    "apple",
    "discord",
    "facebook",
    "github",
    "google-oauth2",
    "kakao",
    "line",
    "linkedin",
    "microsoft",
    "oidc",
    "tiktok",
    "twitter",
    "wechat",
    "weibo",
)
"""Each is brought by the distribution `accredit-<strategy>`."""


def distributions() -> str:
    """Name them all, as a command line takes them."""
    return " ".join(f"accredit-{strategy}" for strategy in PUBLISHED)
