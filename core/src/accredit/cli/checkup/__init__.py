"""What `accredit doctor` looks at: one file a subject, each returning findings (`finding`); `run` has their order."""
