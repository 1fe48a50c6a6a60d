"""A recorded request as a program to copy, in the languages of apps.

`request` is what has to be sent; `literals` writes texts so that no language takes them for anything else. Each
language has its file, `curl`, `dart`, `javascript`, `kotlin` and `swift`, and `languages` names them all.
"""
