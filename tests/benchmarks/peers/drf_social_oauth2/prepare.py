"""Make the application that its pages tell to make in the admin: a public client, as an app on a phone is.

Its secret, which nobody sends, is stored as it is: hashed as it comes, each login would take a fifth of a second.
"""

import django


def main() -> None:
    django.setup()
    from oauth2_provider.models import Application

    Application.objects.create(
        client_id="bench",
        client_secret="",
        hash_client_secret=False,
        name="bench",
        client_type=Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_PASSWORD,
    )


if __name__ == "__main__":
    main()
