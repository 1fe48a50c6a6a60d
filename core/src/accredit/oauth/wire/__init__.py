"""Between HTTP and the endpoints, without a framework: a `call` comes in, an `answer` goes out.

`endpoint` is what the table of endpoints is made of. `methods`, `cors`, `paths` and `mount` decide who may call and
where; `fields`, `handed`, `parameters`, `parse`, `bearer` and `respond` are the form of what is said; `record`,
`report` and `audited` leave one event a call, and `failures` answers where none was left.
"""
