"""What several commands need.

`config` finds the settings, or lets a `host` say them; `stored_subjects` opens their database, `with_subjects` lets a
command work there, `importing` fills it, `databases` looks after its schema, and `key_places` says where its keys are.
`audit_rows` asks the audit table, `audit_lines` shows its rows, `event_names` knows what they may be, `times` reads
times that people type. `inventory` and `plugin_inventory` say what is installed, `available` what could be.
`client_tables` changes a settings file, `scaffold` writes a plugin, `changes` reads from logs what was done to
subjects. `summary`, `trial_lines` and `trial_json` tell what a demonstration has shown, `progress` how far it is,
`notes` what it does without, and `program` how to run us again. `process` stops when told to, `workers` does so several
times, `logs` and `screen` write, what is `printable`, `metrics` are read at an address of their own, as the page of the
`operator` is, `traces` are sent, `secret_input` reads what nobody may see, `output_file` writes what is there as a
whole or not at all. `lean` keeps out what a server does not need.
"""
