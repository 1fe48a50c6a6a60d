"""The request as a program in Dart, with the package `http`, which Flutter's apps use.

Source: Dart Language Specification, section "Strings": `$` begins a name or code.
"""

from collections.abc import Mapping

from accredit.playground.snippets.literals import braced, indented, literal
from accredit.playground.snippets.request import Request

_CONVERT = "import 'dart:convert';\n\n"
_START = """\
import 'package:http/http.dart' as http;

Future<void> main() async {
"""
_END = """\
  print('${answer.statusCode} ${answer.body}');
}
"""


def dart(request: Request) -> str:
    """Return the program."""
    arguments = [f"Uri.parse({quoted(request.url)}),"]
    if request.headers:
        arguments += ["headers: {", *_entries(request.headers), "},"]
    is_json = bool(request.fields) and not request.is_form
    if request.fields:
        start, end = ("body: jsonEncode({", "}),") if is_json else ("body: {", "},")
        arguments += [start, *_entries(request.fields), end]
    call = [f"final answer = await http.{request.method.lower()}(", *(f"  {line}" for line in arguments), ");"]
    return (_CONVERT if is_json else "") + _START + indented(call, by=2) + _END


def _entries(texts: Mapping[str, str]) -> list[str]:
    return [f"  {quoted(name)}: {quoted(value)}," for name, value in texts.items()]


def quoted(text: str) -> str:
    """Return a string literal."""
    return literal(text, "'", {"$": "\\$"}, braced)
