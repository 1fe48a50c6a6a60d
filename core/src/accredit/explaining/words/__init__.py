"""What the words of events mean, for people who may never have heard of OAuth.

`words` is the form that each reason has. They stand by what they are about: `requests` (what an app asks for), `apps`
(which app asks), `credentials` (what it shows of a provider's), `people` (who the user is), `ours` (our own tokens)
and `outages` (what has failed, or is too much); `variants` are for what is known beside a reason, and `cases` for what
the detail of an event says of it. `checks` has one sentence for each check, for each proof of audience, and for who has
said whose token it is, and `fields` one for each field of a request.
"""
